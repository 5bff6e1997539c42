namespace WorkerFleet.Planning;

/// <summary>One kind of thing that is paid for.</summary>
/// <param name="Part">Whom it is paid for.</param>
/// <param name="What">What it is, in a word or two.</param>
/// <param name="Amount">How much of it.</param>
/// <param name="Unit">What the amount counts.</param>
/// <param name="Usd">What that costs; null where the price is not known.</param>
/// <param name="Agent">Of which agent it is; null for the batch's own.</param>
public sealed record CostLine(
    CostPart Part, string What, double Amount, string Unit, double? Usd, string? Agent = null);

public enum CostPart
{
    Agent,
    Queue,
    Store,
}
