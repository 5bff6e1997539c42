using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace WorkerFleet.Api.Dashboard;

/// <summary>
/// Styles, scripts and pictures, out of the assembly. Their addresses have a hash over all of them, so that browsers
/// may keep them for good, and modules that name each other relatively stay of one version.
/// </summary>
internal sealed class DashboardAssets
{
    private const string Prefix = "dashboard/";

    private readonly FrozenDictionary<string, byte[]> _files;

    private DashboardAssets()
    {
        var assembly = typeof(DashboardAssets).Assembly;
        _files = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Prefix.Length..], name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                return content;
            });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, content) in _files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(content);
        }

        Version = Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
        Styles = [.. _files.Keys.Where(name => name.EndsWith(".css", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(UrlOf)];
    }

    public static DashboardAssets Instance { get; } = new();

    /// <summary>Of all files together.</summary>
    public string Version { get; }

    /// <summary>Addresses of the stylesheets, in the order of their names.</summary>
    public IReadOnlyList<string> Styles { get; }

    public string UrlOf(string name) => $"/assets/{Version}/{name}";

    /// <returns>Null where there is no such file.</returns>
    public byte[]? Find(string name) => _files.GetValueOrDefault(name);
}
