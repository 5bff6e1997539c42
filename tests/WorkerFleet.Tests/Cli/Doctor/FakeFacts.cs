using WorkerFleet.Batches;
using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.DeadLetters;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <summary>A store that says what a test says.</summary>
internal sealed class FakeFacts : IFleetFacts
{
    public List<WorkerRecord> Processes { get; } = [];

    public List<BatchProgress> Unfinished { get; } = [];

    public List<PendingItem> Items { get; } = [];

    public List<DeadLetterGroup> Failures { get; } = [];

    public DateTimeOffset? Earliest { get; set; }

    /// <summary>What reading throws; null when the store is well.</summary>
    public Exception? Fault { get; set; }

    public Task<bool> CanBeReadAsync(CancellationToken cancellationToken) => Task.FromResult(Fault is null);

    public Task<IReadOnlyList<WorkerRecord>> ProcessesAsync(CancellationToken cancellationToken) =>
        Read<IReadOnlyList<WorkerRecord>>(Processes);

    public Task<IReadOnlyList<BatchProgress>> UnfinishedAsync(CancellationToken cancellationToken) =>
        Read<IReadOnlyList<BatchProgress>>(Unfinished);

    public Task<IReadOnlyList<PendingItem>> SampleAsync(Guid batchId, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<PendingItem>>(Items);

    public Task<DateTimeOffset?> EarliestScheduledAsync(CancellationToken cancellationToken) => Read(Earliest);

    public Task<IReadOnlyList<DeadLetterGroup>> FailuresAsync(CancellationToken cancellationToken) =>
        Read<IReadOnlyList<DeadLetterGroup>>(Failures);

    public void LookAgain()
    {
        // It says the same again.
    }

    private Task<T> Read<T>(T value) => Fault is null ? Task.FromResult(value) : Task.FromException<T>(Fault);
}
