using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace WorkerFleet.RabbitMq;

/// <summary>
/// Reads <c>Fleet:Broker</c>, an address such as <c>amqp://user:password@host:5672/vhost</c> (amqps for TLS), and what has
/// no place in an address from <c>Fleet:RabbitMq</c>: Hosts, Username, Password, Prefix, Tls.
/// </summary>
public static class RabbitMqOptionsReader
{
    public const string BrokerKey = "Fleet:Broker";

    private const string Section = "Fleet:RabbitMq";
    private const int DefaultPort = 5672;
    private const int DefaultTlsPort = 5671;
    private const int MaxPrefix = 64;

    private static readonly string[] Keys = ["Hosts", "Username", "Password", "Prefix", "Tls"];
    private static readonly string[] TlsKeys = ["ServerName", "CaFile", "CertificateFile", "CertificatePassword"];

    /// <summary>Whether a broker is configured at all.</summary>
    public static bool IsConfigured(IConfiguration configuration) =>
        !string.IsNullOrWhiteSpace(configuration[BrokerKey]);

    /// <param name="configuration">All of it.</param>
    /// <param name="problems">Receives what is wrong, each one message for a person; never with the password in it.</param>
    /// <returns>Null when there are problems.</returns>
    public static RabbitMqOptions? Read(IConfiguration configuration, ICollection<string> problems)
    {
        var before = problems.Count;
        var section = configuration.GetSection(Section);
        foreach (var key in section.GetChildren().Select(child => child.Key).Except(Keys, StringComparer.OrdinalIgnoreCase))
            problems.Add($"{Section}:{key}: there is no such key; there are {string.Join(", ", Keys)}");
        if (!Uri.TryCreate(configuration[BrokerKey], UriKind.Absolute, out var address)
            || address.Scheme is not ("amqp" or "amqps") || address.Host.Length == 0)
        {
            // Not shown: what was meant to be an address may hold a password.
            problems.Add($"{BrokerKey}: is not an address such as amqp://user:password@host:5672/vhost, or amqps://…");
            return null;
        }

        if (address.Query.Length > 0 || address.Fragment.Length > 0)
            problems.Add($"{BrokerKey}: ends behind the virtual host; leave out what follows ? or #");
        var encrypted = address.Scheme == "amqps";
        var port = address.Port > 0 ? address.Port : encrypted ? DefaultTlsPort : DefaultPort;
        var credentials = address.UserInfo.Split(':', 2);
        var options = new RabbitMqOptions
        {
            Hosts = [new(address.Host, port), .. ReadHosts(section, port, problems)],
            VirtualHost = VirtualHostOf(address),
            Username = Given(section["Username"]) ?? Given(Uri.UnescapeDataString(credentials[0])) ?? "guest",
            Password = Given(section["Password"])
                ?? Given(Uri.UnescapeDataString(credentials.ElementAtOrDefault(1) ?? "")) ?? "guest",
            Tls = ReadTls(section.GetSection("Tls"), encrypted, problems),
            Prefix = section["Prefix"] ?? RabbitMqOptions.DefaultPrefix,
        };
        if (options.Prefix.Length > MaxPrefix || !options.Prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            problems.Add($"{Section}:Prefix: has at most {MaxPrefix} letters, digits, '-', '_' and '.'");
        return problems.Count > before ? null : options;
    }

    private static IEnumerable<BrokerHost> ReadHosts(
        IConfigurationSection section, int defaultPort, ICollection<string> problems)
    {
        var listed = section.GetSection("Hosts");
        var texts = listed.Value is { } text ? text.Split(',') : listed.GetChildren().Select(child => child.Value ?? "");
        foreach (var host in texts.Select(host => host.Trim()))
        {
            if (host.Length > 0 && Uri.TryCreate($"amqp://{host}", UriKind.Absolute, out var address)
                && address.Host.Length > 0 && address.PathAndQuery is "/" or "" && address.UserInfo.Length == 0)
                yield return new(address.Host, address.Port > 0 ? address.Port : defaultPort);
            else
                // Without what stands before an @: it may be a password.
                problems.Add($"{Section}:Hosts: '{host[(host.LastIndexOf('@') + 1)..]}' is not host or host:port");
        }
    }

    private static RabbitMqTls? ReadTls(IConfigurationSection tls, bool encrypted, ICollection<string> problems)
    {
        foreach (var key in tls.GetChildren().Select(child => child.Key).Except(TlsKeys, StringComparer.OrdinalIgnoreCase))
            problems.Add($"{tls.Path}:{key}: there is no such key; there are {string.Join(", ", TlsKeys)}");
        if (!encrypted)
        {
            if (tls.GetChildren().Any())
                problems.Add($"{tls.Path}: is for amqps:// addresses; {BrokerKey} is an amqp:// one");
            return null;
        }

        foreach (var key in (string[])["CaFile", "CertificateFile"])
            if (Given(tls[key]) is { } file && !File.Exists(file))
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{tls.Path}:{key}: there is no file {file}"));
        return new(
            Given(tls["ServerName"]), Given(tls["CaFile"]), Given(tls["CertificateFile"]), Given(tls["CertificatePassword"]));
    }

    /// <summary>No path, or a bare slash, is the broker's default one.</summary>
    private static string VirtualHostOf(Uri address) =>
        Given(Uri.UnescapeDataString(address.AbsolutePath.TrimStart('/'))) ?? "/";

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
