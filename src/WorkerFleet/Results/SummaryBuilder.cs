using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Results;

/// <summary>Adds up, row by row, what summary.json says.</summary>
internal sealed class SummaryBuilder
{
    private readonly long[] _byState = new long[Enum.GetValues<ItemState>().Length];
    private readonly LatencyHistogram _latency = new();
    private readonly ErrorGroups _errors = new();
    private readonly SortedDictionary<string, (long Rows, AgentUsage Usage)> _usage = new(StringComparer.Ordinal);
    private DateTimeOffset _lastSettledAt;
    private long _attempts;

    public long Settled { get; private set; }

    /// <summary>Counts right answers; null for a batch that says nothing of them.</summary>
    public AccuracyBuilder? Accuracy { get; set; }

    /// <returns>The id of the failure's cause, when the row has one.</returns>
    public string? Add(Settlement settled)
    {
        Settled++;
        _byState[(int)settled.State]++;
        _attempts += settled.Attempts;
        if (settled.StartedAt is not null)
            _latency.Add(settled.Duration);
        if (!settled.Usage.IsNone)
        {
            var (rows, usage) = _usage.GetValueOrDefault(settled.Agent);
            _usage[settled.Agent] = (rows + 1, usage + settled.Usage.Total);
        }

        if (settled.SettledAt > _lastSettledAt)
            _lastSettledAt = settled.SettledAt;
        return settled.Failure is { } failure ? _errors.Add(failure) : null;
    }

    /// <param name="batch">The batch as it is now.</param>
    /// <param name="status">State of the batch that the summary names.</param>
    public BatchSummary Build(BatchState batch, string status)
    {
        var duration = Settled == 0 ? TimeSpan.Zero : _lastSettledAt - batch.SubmittedAt;
        var complete = Settled == batch.TotalRows;
        return new BatchSummary
        {
            BatchId = batch.CorrelationId,
            Name = batch.Spec.Name,
            Status = status,
            EndReason = batch.EndReason,
            Complete = complete,
            Rows = batch.TotalRows,
            Counts = new ItemCounts(
                batch.TotalRows - Settled, CountOf(ItemState.Succeeded), CountOf(ItemState.Failed),
                CountOf(ItemState.Rejected), CountOf(ItemState.Cancelled)),
            SubmittedAt = batch.SubmittedAt,
            FinishedAt = batch.FinishedAt ?? (complete && Settled > 0 ? _lastSettledAt : null),
            DurationMs = Math.Max((long)duration.TotalMilliseconds, 0),
            RowsPerSecond = duration > TimeSpan.Zero ? Math.Round(Settled / duration.TotalSeconds, 3) : 0,
            Attempts = _attempts,
            LatencyMs = _latency.Count == 0 ? null : Latency(),
            Usage = _usage.Count == 0 ? null : Usage(),
            Accuracy = Accuracy?.Build(),
            Errors = _errors.ToList(),
        };
    }

    private long CountOf(ItemState state) => _byState[(int)state];

    private UsageSummary Usage()
    {
        var all = _usage.Values.Aggregate(default(AgentUsage), (sum, agent) => sum + agent.Usage);
        return new(all.InputTokens, all.OutputTokens, all.CostUsd,
        [
            .. _usage.Select(agent => new AgentUsageSummary(
                agent.Key, agent.Value.Rows, agent.Value.Usage.InputTokens, agent.Value.Usage.OutputTokens,
                agent.Value.Usage.CostUsd)),
        ]);
    }

    private LatencySummary Latency() => new(
        ResultJson.Milliseconds(_latency.Percentile(0.5)), ResultJson.Milliseconds(_latency.Percentile(0.9)),
        ResultJson.Milliseconds(_latency.Percentile(0.95)), ResultJson.Milliseconds(_latency.Percentile(0.99)),
        ResultJson.Milliseconds(_latency.Max), ResultJson.Milliseconds(_latency.Mean));
}
