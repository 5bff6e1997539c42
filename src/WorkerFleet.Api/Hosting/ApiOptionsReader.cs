using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace WorkerFleet.Api.Hosting;

/// <summary>Reads <see cref="ApiOptions"/>.</summary>
public static class ApiOptionsReader
{
    private const string ThisMachine = "localhost";
    private const int MaxRequests = 1_000_000;
    private const string AllAddresses = "*";

    private static readonly string[] Keys =
        ["Host", "Port", "MaxUploadBytes", "RequestsPerSecond", "Roots", TrustedProxyReader.Key];

    /// <param name="configuration">All of it.</param>
    /// <param name="problems">Receives what is wrong, each one message for a person.</param>
    public static ApiOptions Read(IConfiguration configuration, ICollection<string> problems)
    {
        var section = configuration.GetSection(ApiOptions.Section);
        foreach (var key in section.GetChildren().Select(child => child.Key).Except(Keys, StringComparer.OrdinalIgnoreCase))
            problems.Add($"{ApiOptions.Section}:{key}: there is no such key; there are {string.Join(", ", Keys)}");
        var options = new ApiOptions();
        if (section["Port"] is { Length: > 0 } port)
            if (int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 65_535)
                options = options with { Port = number };
            else
                problems.Add($"{ApiOptions.Section}:Port: '{port}' is not a port, 1 to 65535, or 0 for any free one");
        if (section["MaxUploadBytes"] is { Length: > 0 } size)
            if (long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > 0)
                options = options with { MaxUploadBytes = bytes };
            else
                problems.Add($"{ApiOptions.Section}:MaxUploadBytes: '{size}' is not a number of bytes");
        if (section["RequestsPerSecond"] is { Length: > 0 } rate)
            if (int.TryParse(rate, NumberStyles.None, CultureInfo.InvariantCulture, out var requests)
                && requests <= MaxRequests)
                options = options with { RequestsPerSecond = requests };
            else
                problems.Add($"{ApiOptions.Section}:RequestsPerSecond: '{rate}' is not a whole number up to "
                    + "1000000, or 0 for no limit");
        if (AddressOf(section["Host"]) is { } address)
            options = options with { Address = address };
        else
            problems.Add(
                $"{ApiOptions.Section}:Host: '{section["Host"]}' is not {ThisMachine}, {AllAddresses} for all addresses, or an IP address");
        var roots = section.GetSection("Roots").GetChildren().Select(child => child.Value).OfType<string>().ToList();
        foreach (var root in roots.Where(
            root => !Path.IsPathRooted(root) && !root.StartsWith("s3://", StringComparison.Ordinal)))
            problems.Add($"{ApiOptions.Section}:Roots: '{root}' is not a full path of a folder, or an address "
                + "such as s3://bucket/prefix/");
        return options with { Roots = roots, TrustedProxies = TrustedProxyReader.Read(section, problems) };
    }

    private static IPAddress? AddressOf(string? host) => host switch
    {
        null or "" or ThisMachine => IPAddress.Loopback,
        AllAddresses => IPAddress.Any,
        _ => IPAddress.TryParse(host, out var address) ? address : null,
    };
}
