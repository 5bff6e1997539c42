using System.Collections.Concurrent;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Workers;

namespace WorkerFleet.Scaling;

/// <summary>
/// Reads what the rule of scaling goes by, from the open batches and the register of workers. What it costs does not
/// grow with the rows of a batch: it reads the saga instances, and some of the slices that are being worked on.
/// </summary>
public sealed class ScaleReader(
    IBatchStore batches, ILedger ledger, IWorkerRegistry registry, IAgentCatalog agents, ScaleOptions options,
    TimeProvider time)
{
    /// <summary>Open batches that are looked at: beyond, there is enough to do for any fleet.</summary>
    private const int MaxBatches = 1_000;

    /// <summary>Slices read in one look, and of one batch; the rows of others are taken to be all pending.</summary>
    private const int MaxSlices = 64;

    private const int MaxSlicesOfBatch = 4;

    /// <summary>Workers are busy from this part of their capacity on.</summary>
    private const double BusyFrom = 0.8;

    /// <summary>The durations that were seen last, by agent: a fleet without workers is to be scaled as well.</summary>
    private readonly ConcurrentDictionary<string, TimeSpan> _durations = new(StringComparer.Ordinal);

    private TimeSpan? _duration;

    public async Task<ScaleLook> ReadAsync(CancellationToken cancellationToken)
    {
        var open = await batches.ListAsync(null, unfinishedOnly: true, MaxBatches, cancellationToken);
        var (backlog, concurrency, slices) = (0L, 0L, MaxSlices);
        var busy = new List<BatchState>();
        foreach (var batch in open.Where(batch => batch.CurrentState is not (BatchStatus.Paused or BatchStatus.Aggregating)))
        {
            var budget = Math.Min(slices, MaxSlicesOfBatch);
            var (rows, read) = await BacklogOfAsync(batch, budget, cancellationToken);
            slices -= read;
            if (rows == 0)
                continue;
            backlog += rows;
            concurrency += Math.Min(rows, batch.Spec.Limits.Concurrency);
            busy.Add(batch);
        }

        var all = await registry.ListAsync(time.GetUtcNow() - LiveWorkers.GoneAfter, cancellationToken);
        IReadOnlyList<WorkerRecord> workers =
            [.. all.Where(worker => worker is { Concurrency: > 0, Status: not WorkerStatus.Draining })];
        var input = InputOf(workers, busy) with { Backlog = backlog, BatchConcurrency = concurrency };
        return new(
            input, open.GroupBy(batch => batch.CurrentState).ToDictionary(group => group.Key, group => group.Count()));
    }

    private ScaleInput InputOf(IReadOnlyList<WorkerRecord> workers, IReadOnlyList<BatchState> busy)
    {
        var latencies = workers.SelectMany(worker => worker.Activity)
            .GroupBy(activity => activity.BatchId, activity => activity.Latencies)
            .ToDictionary(group => group.Key, LatencyBuckets.Sum);
        _duration = LatencyBuckets.Mean(LatencyBuckets.Sum(latencies.Values)) ?? _duration;
        return new()
        {
            Workers = workers.Count,
            WorkerConcurrency = workers.Count == 0
                ? options.WorkerConcurrency
                : Math.Max((int)Math.Round(workers.Average(worker => worker.Concurrency)), 1),
            ItemsPerSecond = workers.Sum(worker => worker.ItemsPerSecond),
            IsBusy = workers.Count > 0
                && workers.Sum(worker => worker.InFlight) >= BusyFrom * workers.Sum(worker => worker.Capacity),
            Calls = workers.SelectMany(worker => worker.Activity).Sum(activity => activity.InFlight),
            CallDuration = _duration,
            Agents = [.. AgentsOf(busy).Select(name => FeedOf(name, busy, latencies)).OfType<AgentFeed>()],
        };
    }

    /// <summary>Rows that are not settled: exact, where all slices that are worked on were read.</summary>
    /// <returns>The rows, and how many slices were read for it.</returns>
    private async Task<(long Rows, int Read)> BacklogOfAsync(
        BatchState batch, int budget, CancellationToken cancellationToken)
    {
        var rows = Math.Max(batch.TotalRows - batch.Cursor.Index, 0);
        var open = batch.SlicesDispatched - batch.SettledSlices.Count;
        var read = 0;
        // Those that were dispatched last are the ones that are worked on, as a rule.
        for (var number = batch.SlicesDispatched - 1; number >= 0 && open > 0; number--)
        {
            if (batch.SettledSlices.Contains(number))
                continue;
            open--;
            if (read == budget)
            {
                rows += batch.Spec.Limits.SliceSize;
                continue;
            }

            read++;
            rows += (await ledger.FindSliceAsync(batch.CorrelationId, number, cancellationToken))?.Counts.Pending ?? 0;
        }

        return (Math.Min(rows, batch.TotalRows), read);
    }

    /// <summary>
    /// Which agent a column names is not known: any that has a limit, so that none is called by too many workers.
    /// </summary>
    private IEnumerable<string> AgentsOf(IReadOnlyList<BatchState> busy)
    {
        var limited = agents.Names.Where(name => agents.LimitsOf(name) is { HasAny: true });
        return busy.Count == 0
            ? limited
            : busy.SelectMany(batch => batch.Spec.Agents.Column is null ? NamesOf(batch.Spec.Agents) : limited).Distinct();
    }

    private AgentFeed? FeedOf(
        string name, IReadOnlyList<BatchState> busy, Dictionary<Guid, IReadOnlyDictionary<int, int>> latencies)
    {
        if (agents.LimitsOf(name) is not { } limits)
            return null;
        // Workers tell latencies by batch: of a batch with several agents, they are taken for all of them.
        var own = busy.Where(batch => batch.Spec.Agents.Column is not null || NamesOf(batch.Spec.Agents).Contains(name))
            .Select(batch => latencies.GetValueOrDefault(batch.CorrelationId)).OfType<IReadOnlyDictionary<int, int>>();
        if (LatencyBuckets.Mean(LatencyBuckets.Sum(own)) is { } mean)
            _durations[name] = mean;
        return new(limits, _durations.TryGetValue(name, out var duration) ? duration : null);
    }

    private static IEnumerable<string> NamesOf(AgentSelection selection) =>
        selection.Rules.Select(rule => rule.Agent).Append(selection.Default).Where(name => name.Length > 0).Distinct();
}

/// <param name="Input">What the rule goes by.</param>
/// <param name="Batches">Batches that are not over, by state.</param>
public sealed record ScaleLook(ScaleInput Input, IReadOnlyDictionary<string, int> Batches);
