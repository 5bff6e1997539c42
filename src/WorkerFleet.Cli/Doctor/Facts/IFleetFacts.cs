using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Journal;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Doctor.Facts;

/// <summary>What the store says of the fleet, each read once. To be asked only where the store can be read.</summary>
internal interface IFleetFacts
{
    /// <summary>Whether the store can be read. Where not, the check of the store says why, and the others nothing.</summary>
    Task<bool> CanBeReadAsync(CancellationToken cancellationToken);

    /// <summary>Those seen within <see cref="Api.Workers.WorkerStanding.ShownFor"/>, the killed ones among them.</summary>
    Task<IReadOnlyList<WorkerRecord>> ProcessesAsync(CancellationToken cancellationToken);

    /// <summary>Batches that are not over, the newest first.</summary>
    Task<IReadOnlyList<BatchProgress>> UnfinishedAsync(CancellationToken cancellationToken);

    /// <summary>Some of the batch's pending rows, those that were dispatched first.</summary>
    Task<IReadOnlyList<PendingItem>> SampleAsync(Guid batchId, CancellationToken cancellationToken);

    /// <summary>When the earliest of what is scheduled can be sent; null when nothing is.</summary>
    Task<DateTimeOffset?> EarliestScheduledAsync(CancellationToken cancellationToken);

    /// <summary>Why rows of all batches failed, the most frequent cause first.</summary>
    Task<IReadOnlyList<DeadLetterGroup>> FailuresAsync(CancellationToken cancellationToken);

    /// <summary>Forgets the processes and batches that were read, so that they are read again.</summary>
    void LookAgain();
}

/// <param name="Index">Row number.</param>
/// <param name="Events">Of its journal, in order.</param>
internal sealed record PendingItem(long Index, IReadOnlyList<JournalEvent> Events);
