using Spectre.Console;

namespace WorkerFleet.Cli.Rendering;

/// <summary>
/// Drawn over itself, on a terminal; gone when it ends, since what follows says how it ended.
/// </summary>
internal sealed class LiveProgress(CliContext cli) : IProgressDisplay
{
    public async Task<ProgressSnapshot> ShowAsync(
        IAsyncEnumerable<ProgressSnapshot> snapshots, CancellationToken cancellationToken)
    {
        ProgressSnapshot? last = null;
        await cli.Error.Live(new Markup("[grey]Starting…[/]")).AutoClear(true).StartAsync(async live =>
        {
            await foreach (var snapshot in snapshots.WithCancellation(cancellationToken))
            {
                last = snapshot;
                live.UpdateTarget(ProgressView.Build(snapshot, cli.Error.Profile.Width));
            }
        });
        return last ?? throw new InvalidOperationException("There was nothing to show.");
    }
}
