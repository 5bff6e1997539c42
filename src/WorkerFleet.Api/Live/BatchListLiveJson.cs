using WorkerFleet.Api.Contracts;

namespace WorkerFleet.Api.Live;

/// <summary>The newest batches of a caller at a moment.</summary>
/// <param name="Sequence">As in <see cref="BatchLiveJson"/>.</param>
/// <param name="At">When they were read.</param>
/// <param name="Batches">At most 50, the newest first.</param>
public sealed record BatchListLiveJson(long Sequence, DateTimeOffset At, IReadOnlyList<BatchJson> Batches);
