using WorkerFleet.Access;

namespace WorkerFleet.Api.Access;

/// <summary>
/// All keys, as the store had them a few seconds ago. They are read at once and not one by one, so that no number of
/// bad attempts costs the store a read, and so that a key that was made or taken back counts everywhere within <see
/// cref="LongestAge"/>.
/// </summary>
internal sealed class KeyRing(IApiKeys keys, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _oneReader = new(1);
    private volatile Content? _content;

    /// <returns>The key that was presented; null where there is none like it that is good.</returns>
    public async Task<ApiKey?> AuthenticateAsync(string? presented, CancellationToken cancellationToken) =>
        ApiKeyText.Parse(presented) is { } text
        && await FindAsync(text.Id, cancellationToken) is { } key
        && text.IsOf(key)
            ? key
            : null;

    /// <returns>The key with this id; null where there is none that is good.</returns>
    public async Task<ApiKey?> FindAsync(string id, CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken)).Keys.GetValueOrDefault(id) is { } key && key.IsUsable(time.GetUtcNow())
            ? key
            : null;

    /// <summary>Whether anybody can come in with a key.</summary>
    public async Task<bool> IsUsableAsync(CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken)).Keys.Values.Any(key => key.IsUsable(time.GetUtcNow()));

    public void Dispose() => _oneReader.Dispose();

    private async Task<Content> ReadAsync(CancellationToken cancellationToken)
    {
        if (_content is { } known && IsFresh(known))
            return known;
        await _oneReader.WaitAsync(cancellationToken);
        try
        {
            if (_content is { } read && IsFresh(read))
                return read;
            var asked = time.GetTimestamp();
            var all = await keys.ListAsync(cancellationToken);
            return _content = new(asked, all.ToDictionary(key => key.Id, StringComparer.Ordinal));
        }
        finally
        {
            _oneReader.Release();
        }
    }

    private bool IsFresh(Content content) => time.GetElapsedTime(content.ReadAt) < LongestAge;

    private sealed record Content(long ReadAt, IReadOnlyDictionary<string, ApiKey> Keys);
}
