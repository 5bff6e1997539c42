namespace WorkerFleet.Workers;

/// <summary>What the process uses of its machine or container.</summary>
/// <param name="MemoryBytes">Resident memory.</param>
/// <param name="MemoryLimitBytes">
/// What it may use: of the machine, or, where its container has a limit, the part of that which .NET's heap may take (three
/// quarters, unless configured otherwise): there the process ends with that, whatever the rest of the container does.
/// </param>
/// <param name="CpuTime">Processor time used since it started.</param>
/// <param name="Processors">How many processors it may use; a container's limit counts.</param>
public readonly record struct ResourceReading(
    long MemoryBytes, long MemoryLimitBytes, TimeSpan CpuTime, int Processors);

/// <summary>Reads what the process uses; a test says it instead.</summary>
public interface IResourceMeter
{
    ResourceReading Read();

    /// <summary>Gives back to the system what memory is held for nothing. Takes tens of milliseconds.</summary>
    void Relieve();
}

/// <summary>The figures of this process.</summary>
public sealed class ProcessResources : IResourceMeter
{
    public ResourceReading Read() => new(
        Environment.WorkingSet, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Environment.CpuUsage.TotalTime,
        Environment.ProcessorCount);

    public void Relieve() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
}
