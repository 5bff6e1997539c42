using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace WorkerFleet.Api.Hosting;

/// <summary>Reads <see cref="ApiOptions.TrustedProxies"/>: a list, or one text with commas, as in an environment variable.</summary>
internal static class TrustedProxyReader
{
    public const string Key = "TrustedProxies";

    private const int BitsOfV4 = 32;
    private const int BitsOfV6 = 128;

    public static IReadOnlyList<IPNetwork> Read(IConfigurationSection section, ICollection<string> problems)
    {
        var networks = new List<IPNetwork>();
        var texts = section.GetSection(Key).GetChildren().Select(child => child.Value)
            .Prepend(section[Key]).OfType<string>()
            .SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        foreach (var text in texts)
            if (NetworkOf(text) is not { } network)
                problems.Add($"{ApiOptions.Section}:{Key}: '{text}' is not an IP address, or a network such as "
                    + "10.0.0.0/8");
            else if (network.PrefixLength == 0)
                problems.Add($"{ApiOptions.Section}:{Key}: '{text}' would let everybody say who they are; name the "
                    + "addresses of your proxies");
            else
                networks.Add(network);
        return networks;
    }

    private static IPNetwork? NetworkOf(string text) =>
        IPAddress.TryParse(text, out var address)
            ? new(address, address.AddressFamily == AddressFamily.InterNetwork ? BitsOfV4 : BitsOfV6)
            : IPNetwork.TryParse(text, out var network) ? network : null;
}
