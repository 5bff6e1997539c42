namespace WorkerFleet.Acceptance.Plan;

/// <summary>Tests that compare times have the machine to themselves: no other test runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class TimedTests
{
    public const string Name = "Timed";
}
