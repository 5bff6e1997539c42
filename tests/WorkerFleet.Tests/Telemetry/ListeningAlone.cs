namespace WorkerFleet.Tests.Telemetry;

/// <summary>What listens to a whole process: no other test is to be heard.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class ListeningAlone
{
    public const string Name = "telemetry";
}
