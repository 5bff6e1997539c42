namespace WorkerFleet.Cli.Rendering;

/// <summary>Shows how a batch goes on: drawn over itself on a terminal, as lines elsewhere.</summary>
internal interface IProgressDisplay
{
    /// <returns>The last snapshot.</returns>
    Task<ProgressSnapshot> ShowAsync(
        IAsyncEnumerable<ProgressSnapshot> snapshots, CancellationToken cancellationToken);
}
