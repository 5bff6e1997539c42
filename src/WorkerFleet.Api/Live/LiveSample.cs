namespace WorkerFleet.Api.Live;

/// <summary>What was published once, for all watchers alike.</summary>
/// <param name="Sequence">Grows from sample to sample.</param>
/// <param name="At">When it was read.</param>
/// <param name="Value">As an object, for the hub and for pages.</param>
/// <param name="Json">On one line of UTF-8: written once, however many watch.</param>
/// <param name="IsFinal">Nothing comes after it, unless a replay reopens the batch.</param>
public sealed record LiveSample<T>(long Sequence, DateTimeOffset At, T Value, ReadOnlyMemory<byte> Json, bool IsFinal);
