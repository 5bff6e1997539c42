namespace WorkerFleet.DeadLetters;

/// <summary>A message that nobody could handle, on its way through the dead-letter queue into the store.</summary>
/// <param name="Id">Names it: the same message that breaks twice is filed once.</param>
/// <param name="Queue">Queue that it came by.</param>
/// <param name="Cause">Why it could not be handled, for a person.</param>
/// <param name="Body">As it arrived.</param>
/// <param name="At">When it was found.</param>
public sealed record BrokenMessage(string Id, string Queue, string Cause, byte[] Body, DateTimeOffset At);
