namespace WorkerFleet.AmazonSqs.Client;

/// <summary>Counts what was had of SQS, by operation. Safe for any number of threads.</summary>
public sealed class SqsUsage
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SqsOperationUsage> _operations = new(StringComparer.Ordinal);

    /// <summary>All operations together.</summary>
    public SqsOperationUsage Total
    {
        get
        {
            lock (_lock)
                return _operations.Values.Aggregate(default(SqsOperationUsage), (sum, usage) => sum + usage);
        }
    }

    /// <returns>What was counted until now, by operation, such as SendMessageBatch.</returns>
    public IReadOnlyDictionary<string, SqsOperationUsage> Snapshot()
    {
        lock (_lock)
            return new SortedDictionary<string, SqsOperationUsage>(_operations, StringComparer.Ordinal);
    }

    internal void Add(string operation, SqsOperationUsage usage)
    {
        lock (_lock)
            _operations[operation] = _operations.GetValueOrDefault(operation) + usage;
    }

    internal void AddRequest(string operation, RequestOutcome outcome) => Add(operation, new(
        1, outcome is RequestOutcome.Error ? 1 : 0, outcome is RequestOutcome.Throttled ? 1 : 0, 0, 0));
}
