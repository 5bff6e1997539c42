using WorkerFleet.Planning;

namespace WorkerFleet.Cli.Planning;

/// <summary>What a plan is told beside the batch.</summary>
/// <param name="Sample">Rows to invoke; 0 for none.</param>
/// <param name="Given">What calls take, as somebody knows or guesses it; null where nobody says.</param>
/// <param name="OutputBytes">Mean size of an answer; null where nobody says.</param>
/// <param name="Background">How long an accepted item is worked on.</param>
/// <param name="Cost">What calls use, as somebody says; null for nothing.</param>
/// <param name="Fleet">What the batch runs on.</param>
/// <param name="Prices">What things cost.</param>
internal sealed record PlanChoices(
    int Sample, CallProfile? Given, double? OutputBytes, TimeSpan? Background, CallCost? Cost, FleetShape Fleet, PriceList Prices);
