using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Api.Contracts;

/// <summary>What <c>fleet status --json</c> writes.</summary>
public sealed record StatusJson(BatchJson Batch, BatchSpec Options, IReadOnlyList<DeadLetterGroup> Errors);
