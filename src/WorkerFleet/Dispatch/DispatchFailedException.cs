namespace WorkerFleet.Dispatch;

/// <summary>
/// Rows of a batch cannot be made into items, because its stored source or its mapping is lost. Trying again cannot help.
/// </summary>
/// <param name="problem">What is wrong, for a person.</param>
public sealed class DispatchFailedException(string problem) : Exception(problem);
