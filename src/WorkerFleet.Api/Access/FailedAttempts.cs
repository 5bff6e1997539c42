using System.Net;
using System.Net.Sockets;

namespace WorkerFleet.Api.Access;

/// <summary>
/// Counts wrong keys by address, and says when it is enough. A right key is taken all the same: its 256 bits cannot be
/// guessed, and whoever shares an address with others, behind a proxy, is not to be locked out by them.
/// </summary>
internal sealed class FailedAttempts(TimeProvider time)
{
    public const int MostInWindow = 10;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>Addresses that are remembered; when there are more, the oldest windows are forgotten.</summary>
    private const int MaxAddresses = 10_000;
    private const int PrefixBytes = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Count> _counts = [];

    /// <summary>Counts one.</summary>
    /// <returns>How long to wait before the next; null while there have not been too many.</returns>
    public TimeSpan? Add(IPAddress? address)
    {
        var origin = OriginOf(address);
        lock (_lock)
        {
            if (!_counts.TryGetValue(origin, out var count) || time.GetElapsedTime(count.Began) >= Window)
            {
                if (_counts.Count >= MaxAddresses)
                    Forget();
                count = new Count(time.GetTimestamp(), 0);
            }

            _counts[origin] = count = count with { Number = count.Number + 1 };
            return count.Number > MostInWindow ? Window - time.GetElapsedTime(count.Began) : null;
        }
    }

    private void Forget()
    {
        foreach (var (origin, _) in _counts.OrderBy(entry => entry.Value.Began).Take(MaxAddresses / 2).ToList())
            _counts.Remove(origin);
    }

    /// <summary>Whoever has an IPv6 address has 2^64 of them.</summary>
    private static IPAddress OriginOf(IPAddress? address)
    {
        if (address is null)
            return IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(PrefixBytes).Clear();
        return new IPAddress(bytes);
    }

    private readonly record struct Count(long Began, int Number);
}
