using WorkerFleet.Scheduling;

namespace WorkerFleet.Tests.Fakes;

/// <summary>A schedule in memory, whose messages a test can look at. Claims are leased as the real ones are.</summary>
internal sealed class InMemorySchedule : ISchedule
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private int _claims;

    /// <summary>What every method throws first; null when the store is well.</summary>
    public Exception? Fault { get; set; }

    public IReadOnlyList<ScheduledMessage> Messages
    {
        get
        {
            lock (_lock)
                return [.. _entries.Values.Select(entry => entry.Message)];
        }
    }

    public Task PutAsync(ScheduledMessage message, CancellationToken cancellationToken) =>
        Run(() => _entries[message.Key] = new(message, null, default));

    public Task<IReadOnlyList<ClaimedMessage>> ClaimDueAsync(
        DateTimeOffset now, int limit, TimeSpan lease, IReadOnlyCollection<Guid>? batches,
        CancellationToken cancellationToken) =>
        Run<IReadOnlyList<ClaimedMessage>>(() =>
        {
            var token = $"claim-{++_claims}";
            var due = _entries.Values
                .Where(entry => entry.Message.DueAt <= now && entry.ClaimedUntil <= now
                    && batches?.Contains(entry.Message.BatchId) != false)
                .OrderBy(entry => entry.Message.DueAt)
                .Take(limit)
                .ToList();
            foreach (var entry in due)
                _entries[entry.Message.Key] = entry with { Token = token, ClaimedUntil = now + lease };
            return [.. due.Select(entry => new ClaimedMessage(entry.Message, new(entry.Message.Key, token)))];
        });

    public Task ReleaseClaimsAsync(Guid batchId, CancellationToken cancellationToken) =>
        Run(() =>
        {
            foreach (var entry in _entries.Values.Where(entry => entry.Message.BatchId == batchId).ToList())
                _entries[entry.Message.Key] = entry with { Token = null, ClaimedUntil = default };
        });

    public Task ReleaseAsync(IReadOnlyList<ScheduleClaim> claims, CancellationToken cancellationToken) =>
        Run(() =>
        {
            foreach (var (key, token) in claims)
                if (_entries.TryGetValue(key, out var entry) && entry.Token == token)
                    _entries[key] = entry with { Token = null, ClaimedUntil = default };
        });

    public Task CompleteAsync(IReadOnlyList<ScheduleClaim> claims, CancellationToken cancellationToken) =>
        Run(() =>
        {
            foreach (var (key, token) in claims)
                if (_entries.GetValueOrDefault(key)?.Token == token)
                    _entries.Remove(key);
        });

    public Task CancelAsync(string key, CancellationToken cancellationToken) => Run(() => _entries.Remove(key));

    public Task ExpediteAsync(string key, DateTimeOffset now, CancellationToken cancellationToken) => Run(() =>
    {
        if (_entries.TryGetValue(key, out var entry) && entry.Message.DueAt > now)
            _entries[key] = entry with { Message = entry.Message with { DueAt = now } };
    });

    public Task BringForwardAsync(
        Guid batchId, string queue, DateTimeOffset now, CancellationToken cancellationToken) =>
        Run(() =>
        {
            foreach (var entry in _entries.Values.ToList())
                if (entry.Message.BatchId == batchId && entry.Message.Queue == queue)
                    _entries[entry.Message.Key] = entry with { Message = entry.Message with { DueAt = now } };
        });

    public Task<int> CountAsync(Guid batchId, string queue, CancellationToken cancellationToken) =>
        Run(() => _entries.Values.Count(e => e.Message.BatchId == batchId && e.Message.Queue == queue));

    public Task<int> CountAsync(int atMost, CancellationToken cancellationToken) =>
        Run(() => Math.Min(_entries.Count, atMost));

    public Task<DateTimeOffset?> FindEarliestAsync(CancellationToken cancellationToken) => Run(() => _entries.Values
        .Select(e => (DateTimeOffset?)(e.Message.DueAt > e.ClaimedUntil ? e.Message.DueAt : e.ClaimedUntil)).Min());

    public Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken) =>
        Run(() =>
        {
            foreach (var key in _entries.Values.Where(e => e.Message.BatchId == batchId).Select(e => e.Message.Key).ToList())
                _entries.Remove(key);
        });

    private Task Run(Action action) => Run(() =>
    {
        action();
        return true;
    });

    private Task<T> Run<T>(Func<T> action)
    {
        if (Fault is { } fault)
            return Task.FromException<T>(fault);
        lock (_lock)
            return Task.FromResult(action());
    }

    private sealed record Entry(ScheduledMessage Message, string? Token, DateTimeOffset ClaimedUntil);
}
