using System.Security.Claims;
using WorkerFleet.Api.Access;

namespace WorkerFleet.Api.Live;

/// <summary>
/// How long a stream may go on: until its watcher has gone, or the key that opened it is no longer good.
/// </summary>
internal sealed class WatchLifetime : IDisposable
{
    private static readonly TimeSpan Check = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _source;
    private readonly ITimer? _timer;

    public WatchLifetime(ClaimsPrincipal user, KeyRing keys, TimeProvider time, CancellationToken aborted)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        Token = _source.Token;
        if (ApiCaller.Of(user).KeyId is { } id)
            _timer = time.CreateTimer(_ => _ = EndIfRevokedAsync(id, keys), null, Check, Check);
    }

    public CancellationToken Token { get; }

    public void Dispose()
    {
        _timer?.Dispose();
        _source.Dispose();
    }

    private async Task EndIfRevokedAsync(string id, KeyRing keys)
    {
        try
        {
            if (await keys.FindAsync(id, Token) is null)
                await _source.CancelAsync();
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or ObjectDisposedException or Storage.StoreException or IOException)
        {
            // It has ended meanwhile; or the keys cannot be read: then nobody comes in anew, and this is looked at
            // again.
        }
    }
}
