namespace WorkerFleet.AgentCore.Authorization;

/// <param name="Value">What was fetched.</param>
/// <param name="FreshUntil">When it is to be fetched anew.</param>
/// <param name="ValidUntil">Until when it does, if it cannot be fetched.</param>
internal sealed record Fetched<T>(T Value, DateTimeOffset FreshUntil, DateTimeOffset ValidUntil);

/// <summary>
/// Something that is fetched for all callers by one of them, and kept until it is due. A failure is kept for a moment, too:
/// thousands of calls would otherwise ask, one after the other, what has just been refused.
/// </summary>
/// <param name="fetch">Throws a <see cref="CredentialException"/> when it cannot.</param>
/// <param name="time">The clock.</param>
internal sealed class Renewable<T>(Func<CancellationToken, Task<Fetched<T>>> fetch, TimeProvider time) : IDisposable
    where T : class
{
    /// <summary>How long a failure is kept.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>How often at most something is fetched because the last one was refused.</summary>
    public static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1);
    private volatile Fetched<T>? _current;
    private CredentialException? _failure;
    private DateTimeOffset _failedAt;
    private DateTimeOffset? _renewedAt;

    /// <exception cref="CredentialException">There is none.</exception>
    public ValueTask<T> GetAsync(CancellationToken cancellationToken) =>
        _current is { } current && time.GetUtcNow() < current.FreshUntil
            ? ValueTask.FromResult(current.Value)
            : new(FetchInTurnAsync(refused: null, cancellationToken));

    /// <returns>Another one than was refused if there is one, else the same.</returns>
    /// <exception cref="CredentialException">There is none any more.</exception>
    public Task<T> RenewAsync(T refused, CancellationToken cancellationToken) =>
        FetchInTurnAsync(refused, cancellationToken);

    public void Dispose() => _turn.Dispose();

    private async Task<T> FetchInTurnAsync(T? refused, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            // Another caller has fetched it meanwhile.
            if (_current is { } current && now < current.FreshUntil && !IsToRenew(current.Value, refused, now))
                return current.Value;
            if (_failure is { } failure && now - _failedAt < RetryAfter)
                return Usable(now) ?? throw new CredentialException(failure.Message, failure);
            return await FetchAsync(now, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private bool IsToRenew(T value, T? refused, DateTimeOffset now)
    {
        if (refused is null || !value.Equals(refused) || now - _renewedAt < RenewInterval)
            return false;
        _renewedAt = now;
        return true;
    }

    private async Task<T> FetchAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            _current = await fetch(cancellationToken);
            _failure = null;
            return _current.Value;
        }
        catch (CredentialException exception)
        {
            (_failure, _failedAt) = (exception, now);
            if (Usable(now) is { } value)
                return value;
            throw;
        }
    }

    private T? Usable(DateTimeOffset now) =>
        _current is { } current && now < current.ValidUntil ? current.Value : null;
}
