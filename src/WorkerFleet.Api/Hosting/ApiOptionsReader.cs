using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace WorkerFleet.Api.Hosting;

/// <summary>Reads <see cref="ApiOptions"/>.</summary>
public static class ApiOptionsReader
{
    private const string ThisMachine = "localhost";
    private const string AllAddresses = "*";

    private static readonly string[] Keys = ["Host", "Port", "MaxUploadBytes", "Roots"];

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
        if (AddressOf(section["Host"]) is { } address)
            options = options with { Address = address };
        else
            problems.Add(
                $"{ApiOptions.Section}:Host: '{section["Host"]}' is not {ThisMachine}, {AllAddresses} for all addresses, or an IP address");
        return options with
        {
            Roots = [.. section.GetSection("Roots").GetChildren().Select(child => child.Value).OfType<string>()],
        };
    }

    private static IPAddress? AddressOf(string? host) => host switch
    {
        null or "" or ThisMachine => IPAddress.Loopback,
        AllAddresses => IPAddress.Any,
        _ => IPAddress.TryParse(host, out var address) ? address : null,
    };
}
