using System.Runtime.CompilerServices;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Commands;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Remote;

/// <summary>Follows a batch over the API, and shows it as one that is followed over the store.</summary>
internal sealed class RemoteWatch(CliContext cli, CommonValues common, RemoteFeed feed, Uri server)
{
    private const int MinPrefix = 4;

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string? written)
    {
        var stop = cli.Stop.Requested;
        try
        {
            var batchId = Guid.TryParse(written, out var id)
                ? id
                : await ResolveAsync(written ?? BatchArgument.Latest, stop);
            IProgressDisplay display = cli.ErrorIsTerminal ? new LiveProgress(cli) : new PlainProgress(cli);
            var last = await display.ShowAsync(FollowAsync(batchId, stop), stop);
            return BatchEnd.WriteRemote(cli, common, last.Progress);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }

    private async Task<Guid> ResolveAsync(string written, CancellationToken cancellationToken)
    {
        var batches = (await feed.ListAsync(cancellationToken)).Batches;
        if (string.Equals(written, BatchArgument.Latest, StringComparison.OrdinalIgnoreCase))
            return batches.Count > 0
                ? batches[0].BatchId
                : throw new UserErrorException($"{server}: there are no batches yet");
        var digits = written.Replace("-", "", StringComparison.Ordinal);
        var found = digits.Length < MinPrefix ? [] : batches
            .Where(batch => batch.BatchId.ToString("N").StartsWith(digits, StringComparison.OrdinalIgnoreCase))
            .ToList();
        return found.Count == 1
            ? found[0].BatchId
            : throw new UserErrorException(found.Count == 0
                ? $"{server}: none of the {Figures.Count(batches.Count)} newest batches begins with '{written}'; " +
                    $"give a whole id, or its first {MinPrefix} or more characters"
                : $"{server}: several batches begin with '{written}'; give more characters");
    }

    private async IAsyncEnumerable<ProgressSnapshot> FollowAsync(
        Guid batchId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = cli.Time.GetTimestamp();
        await foreach (var live in feed.WatchAsync(batchId, cancellationToken))
            yield return new ProgressSnapshot(
                ProgressOf(live.Batch), live.RowsPerSecond, cli.Time.GetElapsedTime(start),
                live.EtaSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
    }

    /// <summary>Without the folder of its results, which is one of the server's.</summary>
    private static BatchProgress ProgressOf(BatchJson batch) => new(
        new BatchState
        {
            CorrelationId = batch.BatchId,
            CurrentState = batch.Status,
            Spec = new BatchSpec { Name = batch.Name, Owner = batch.Owner },
            TotalRows = batch.Rows,
            Round = batch.Round,
            SubmittedAt = batch.SubmittedAt,
            FinishedAt = batch.FinishedAt,
            EndReason = batch.EndReason,
        },
        batch.Counts, batch.WaitingForRetry, batch.Driven, batch.Usage?.ToUsage() ?? default);
}
