using System.Diagnostics;
using System.Globalization;
using WorkerFleet.Batches;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>Follows a batch to its end, and writes down how it went: where it stood still, and for how long.</summary>
internal sealed class ProgressTrace(TestFleet fleet, Guid batch, ITestOutputHelper log)
{
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(3);

    private readonly long _began = Stopwatch.GetTimestamp();

    public Guid Batch => batch;

    /// <summary>Writes down that something was done.</summary>
    public void Note(string what) => log.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_began).TotalSeconds,6:0.0} s: {what}"));

    public async Task<BatchProgress> FollowToEndAsync()
    {
        BatchProgress? last = null;
        var moved = Stopwatch.GetTimestamp();
        return await fleet.WaitForAsync(
            batch,
            progress =>
            {
                var moves = last?.Counts != progress.Counts || last.Batch.CurrentState != progress.Batch.CurrentState;
                if (moves && last is not null && Stopwatch.GetElapsedTime(moved) > Standstill)
                    Note($"stood still for {Stopwatch.GetElapsedTime(moved).TotalSeconds:0.0} s at {Describe(last)}");
                if (moves && last?.Batch.CurrentState != progress.Batch.CurrentState)
                    Note(Describe(progress));
                if (moves)
                    moved = Stopwatch.GetTimestamp();
                last = progress;
                return BatchStatus.IsFinal(progress.Batch.CurrentState);
            },
            "to be over");
    }

    private static string Describe(BatchProgress progress) => string.Create(CultureInfo.InvariantCulture,
        $"{progress.Counts.Settled} settled, {progress.Waiting} waiting, {progress.Batch.CurrentState}");
}
