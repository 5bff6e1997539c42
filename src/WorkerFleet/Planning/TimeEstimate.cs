namespace WorkerFleet.Planning;

/// <summary>How long the batch takes, from its submission to its end.</summary>
/// <param name="Expected">Mean of what was simulated.</param>
/// <param name="Low">With calls as short as the sample allows for, and luck.</param>
/// <param name="High">With calls as long as the sample allows for, and none.</param>
public sealed record TimeEstimate(TimeSpan Expected, TimeSpan Low, TimeSpan High);
