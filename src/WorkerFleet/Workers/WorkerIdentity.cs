namespace WorkerFleet.Workers;

/// <summary>Names this process in the journal.</summary>
public sealed class WorkerIdentity
{
    /// <summary>Host name, process id, and a part that tells restarts with the same process id apart.</summary>
    public string Id { get; } =
        $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.CreateVersion7().ToString("N")[^6..]}";
}
