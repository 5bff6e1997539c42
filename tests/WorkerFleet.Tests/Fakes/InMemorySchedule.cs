using WorkerFleet.Scheduling;

namespace WorkerFleet.Tests.Fakes;

/// <summary>A schedule in memory, whose messages a test can look at. Claims are not leased.</summary>
internal sealed class InMemorySchedule : ISchedule
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ScheduledMessage> _messages = [];

    public IReadOnlyList<ScheduledMessage> Messages
    {
        get
        {
            lock (_lock)
                return [.. _messages.Values];
        }
    }

    public Task PutAsync(ScheduledMessage message, CancellationToken cancellationToken)
    {
        lock (_lock)
            _messages[message.Key] = message;
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ClaimedMessage>> ClaimDueAsync(
        DateTimeOffset now, int limit, TimeSpan lease, IReadOnlyCollection<Guid>? batches,
        CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyList<ClaimedMessage>>([.. _messages.Values
                .Where(message => message.DueAt <= now && batches?.Contains(message.BatchId) != false)
                .OrderBy(message => message.DueAt)
                .Take(limit)
                .Select(message => new ClaimedMessage(message, "claim"))]);
    }

    public Task CompleteAsync(IReadOnlyList<ClaimedMessage> claimed, CancellationToken cancellationToken)
    {
        lock (_lock)
            foreach (var (message, _) in claimed)
                if (_messages.GetValueOrDefault(message.Key) == message)
                    _messages.Remove(message.Key);
        return Task.CompletedTask;
    }

    public Task CancelAsync(string key, CancellationToken cancellationToken)
    {
        lock (_lock)
            _messages.Remove(key);
        return Task.CompletedTask;
    }

    public Task BringForwardAsync(
        Guid batchId, string queue, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_lock)
            foreach (var message in _messages.Values.ToList())
                if (message.BatchId == batchId && message.Queue == queue)
                    _messages[message.Key] = message with { DueAt = now };
        return Task.CompletedTask;
    }

    public Task<int> CountAsync(Guid batchId, string queue, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(_messages.Values.Count(m => m.BatchId == batchId && m.Queue == queue));
    }

    public Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken)
    {
        lock (_lock)
            foreach (var key in _messages.Values.Where(m => m.BatchId == batchId).Select(m => m.Key).ToList())
                _messages.Remove(key);
        return Task.CompletedTask;
    }
}
