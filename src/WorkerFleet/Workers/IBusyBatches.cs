namespace WorkerFleet.Workers;

/// <summary>Knows batches that this process does something for just now, so that nobody takes them to be stuck.</summary>
public interface IBusyBatches
{
    IReadOnlyList<Guid> Batches();
}
