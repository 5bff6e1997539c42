using WorkerFleet.Items;

namespace WorkerFleet.Planning;

/// <summary>One row of a sample, as it went.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Duration">From the call to its answer.</param>
/// <param name="OutputBytes">Size of the answer.</param>
/// <param name="Failure">Why it failed; null when it succeeded.</param>
public sealed record SampleCall(string Agent, TimeSpan Duration, int OutputBytes, ItemFailure? Failure);
