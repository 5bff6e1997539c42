namespace WorkerFleet.Workers;

/// <summary>Something that this process does, as the register shows it; one is registered for each.</summary>
/// <param name="Name"><see cref="Orchestrator"/> or <see cref="Worker"/>.</param>
public sealed record FleetRole(string Name)
{
    public const string Orchestrator = "orchestrator";
    public const string Worker = "worker";
}
