namespace WorkerFleet.Messaging;

/// <summary>What a process of the fleet does.</summary>
[Flags]
public enum FleetRoles
{
    None = 0,

    /// <summary>Saga, dispatch, results, dead letters, schedule, repair.</summary>
    Orchestrator = 1,

    /// <summary>Invokes agents for items.</summary>
    Worker = 2,
}
