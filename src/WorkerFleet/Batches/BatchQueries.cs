using System.Collections.Concurrent;
using System.Globalization;
using WorkerFleet.Agents;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;

namespace WorkerFleet.Batches;

/// <summary>
/// Reads how batches stand. Costs a read per slice at most, never one per row; of a batch that is over, once.
/// </summary>
public sealed class BatchQueries(IBatchStore batches, ILedger ledger, ISchedule schedule, IBatchDrivers drivers)
{
    /// <summary>What a person writes for the newest batch.</summary>
    public const string Latest = "latest";

    private const int IdDigits = 32;
    private const int MinPrefixDigits = 4;
    private const int MaxCandidates = 5;

    /// <summary>Batches whose counts are kept: many pages of a list, and less than a megabyte.</summary>
    private const int MaxKept = 4_096;

    /// <summary>Counts of batches that are over: nothing settles any more, and a replay begins with a new version.</summary>
    private readonly ConcurrentDictionary<Guid, (int Version, LedgerSums Sums)> _over = new();

    /// <summary>
    /// The batch that a person means: a full id, the beginning of one (at least 4 characters), or <c>latest</c>. Dashes and
    /// case do not matter.
    /// </summary>
    /// <returns>The batch, or a message saying why there is none (unknown, or several begin so).</returns>
    public async Task<(BatchState? Batch, string? Problem)> ResolveAsync(
        string idOrPrefix, CancellationToken cancellationToken)
    {
        if (string.Equals(idOrPrefix, Latest, StringComparison.OrdinalIgnoreCase))
        {
            var newest = await batches.ListAsync(null, unfinishedOnly: false, 1, cancellationToken);
            return newest.Count == 1 ? (newest[0], null) : (null, "There are no batches yet.");
        }
        var digits = idOrPrefix.Trim().Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        if (digits.Length is < MinPrefixDigits or > IdDigits || !digits.All(char.IsAsciiHexDigit))
            return (null, $"'{idOrPrefix}' is no batch id. Give an id as listed, its first {MinPrefixDigits} or more "
                + $"characters, or '{Latest}'.");
        if (digits.Length == IdDigits)
            return await batches.FindAsync(Guid.ParseExact(digits, "N"), cancellationToken) is { } batch
                ? (batch, null)
                : (null, $"There is no batch {idOrPrefix}.");
        return await ResolvePrefixAsync(digits, idOrPrefix, cancellationToken);
    }

    public async Task<BatchProgress?> FindAsync(Guid batchId, CancellationToken cancellationToken) =>
        await batches.FindAsync(batchId, cancellationToken) is { } batch
            ? await ProgressOfAsync(batch, cancellationToken)
            : null;

    /// <summary>The newest first, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<BatchProgress>> ListAsync(
        bool unfinishedOnly, int limit, CancellationToken cancellationToken)
    {
        var list = new List<BatchProgress>();
        foreach (var batch in await batches.ListAsync(null, unfinishedOnly, limit, cancellationToken))
            list.Add(await ProgressOfAsync(batch, cancellationToken));
        return list;
    }

    /// <summary>Ids are ordered, so all that begin alike are neighbours: one read finds them.</summary>
    private async Task<(BatchState? Batch, string? Problem)> ResolvePrefixAsync(
        string digits, string asWritten, CancellationToken cancellationToken)
    {
        var behind = Guid.ParseExact(digits.PadRight(IdDigits, 'f'), "N");
        var found = (await batches.ListAsync(behind, unfinishedOnly: false, MaxCandidates + 1, cancellationToken))
            .Where(batch => batch.CorrelationId.ToString("N").StartsWith(digits, StringComparison.Ordinal))
            .ToList();
        if (found.Count == 1)
            return (found[0], null);
        if (found.Count == 0)
            return (null, $"There is no batch whose id begins with {asWritten}.");
        var candidates = string.Join(", ", found.Take(MaxCandidates).Select(batch =>
            string.Create(CultureInfo.InvariantCulture, $"{batch.CorrelationId} ({batch.Spec.Name})")));
        var more = found.Count > MaxCandidates ? ", and more" : "";
        return (null, $"Several batches begin with {asWritten}: {candidates}{more}. Give more characters.");
    }

    /// <summary>How a batch stands whose saga instance was read just now.</summary>
    public async Task<BatchProgress> ProgressOfAsync(BatchState batch, CancellationToken cancellationToken)
    {
        if (_over.TryGetValue(batch.CorrelationId, out var known) && known.Version == batch.Version)
            return new BatchProgress(
                batch, known.Sums.Counts, Waiting: 0, drivers.IsDriven(batch.CorrelationId), known.Sums.Usage);
        var (counts, usage) = await ledger.SumAsync(batch.CorrelationId, cancellationToken);
        counts = counts with { Pending = counts.Pending + Math.Max(batch.TotalRows - counts.Total, 0) };
        var waiting = counts.Pending == 0
            ? 0
            : await schedule.CountAsync(
                batch.CorrelationId, QueueNames.Items(batch.Spec.Limits.Priority), cancellationToken);
        if (counts.Pending == 0 && BatchStatus.IsFinal(batch.CurrentState))
            Keep(batch, new(counts, usage));
        // Read one after the other: an item may have been settled in between.
        return new BatchProgress(
            batch, counts, Math.Min(waiting, counts.Pending), drivers.IsDriven(batch.CorrelationId), usage);
    }

    private void Keep(BatchState batch, LedgerSums sums)
    {
        if (_over.Count >= MaxKept)
            _over.Clear();
        _over[batch.CorrelationId] = (batch.Version, sums);
    }
}

/// <param name="Batch">The saga instance.</param>
/// <param name="Counts">Items by state; rows that are not dispatched yet count as pending.</param>
/// <param name="Waiting">Pending items that wait for a scheduled retry.</param>
/// <param name="Driven">Whether some process drives the batch now.</param>
/// <param name="Usage">What the settled rows used.</param>
public sealed record BatchProgress(
    BatchState Batch, ItemCounts Counts, long Waiting, bool Driven, AgentUsage Usage = default);
