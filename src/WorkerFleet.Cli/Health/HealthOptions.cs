using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace WorkerFleet.Cli.Health;

/// <summary>Section <c>Fleet:Health</c>: where a process of the fleet answers probes.</summary>
internal sealed record HealthOptions
{
    public const string Section = "Fleet:Health";
    public const string PortKey = Section + ":Port";
    public const string HostKey = Section + ":Host";

    private const string ThisMachine = "localhost";
    private const string AllAddresses = "*";

    /// <summary>TCP port; 0 takes a free one. Not set (the default): nothing is listened on.</summary>
    public int? Port { get; private init; }

    /// <summary>
    /// Address to listen on: <c>localhost</c> (the default), <c>*</c> for all of the machine's, which probes from outside
    /// of a container need, or one IP address. The answers tell nothing but how the process is.
    /// </summary>
    public IPAddress Address { get; private init; } = IPAddress.Loopback;

    /// <summary>Where a probe on this machine finds it.</summary>
    public IPAddress ProbeAddress =>
        Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : Address;

    /// <exception cref="UserErrorException">The configuration is wrong; all of what is wrong with it.</exception>
    public static HealthOptions Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var problems = section.GetChildren()
            .Where(child => !IsKey(child.Path))
            .Select(child => $"{child.Path}: there is no such key; there are Host, Port")
            .ToList();
        int? port = null;
        if (section["Port"] is { Length: > 0 } portText)
            if (int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 65_535)
                port = number;
            else
                problems.Add($"{PortKey}: '{portText}' is not a port, 1 to 65535, or 0 for any free one");
        if (AddressOf(section["Host"]) is not { } address)
        {
            problems.Add($"{HostKey}: '{section["Host"]}' is not {ThisMachine}, * for all addresses, or an IP address");
            address = IPAddress.Loopback;
        }

        return problems.Count == 0
            ? new HealthOptions { Port = port, Address = address }
            : throw new UserErrorException(problems);
    }

    private static bool IsKey(string path) =>
        path.Equals(PortKey, StringComparison.OrdinalIgnoreCase) || path.Equals(HostKey, StringComparison.OrdinalIgnoreCase);

    private static IPAddress? AddressOf(string? host) => host switch
    {
        null or "" or ThisMachine => IPAddress.Loopback,
        AllAddresses => IPAddress.Any,
        _ => IPAddress.TryParse(host, out var address) ? address : null,
    };
}
