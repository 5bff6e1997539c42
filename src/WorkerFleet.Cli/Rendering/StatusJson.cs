using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Cli.Rendering;

/// <summary>What <c>fleet status --json</c> writes.</summary>
internal sealed record StatusJson(BatchJson Batch, BatchSpec Options, IReadOnlyList<DeadLetterGroup> Errors);
