namespace WorkerFleet.Planning;

/// <summary>What something costs, and who says so.</summary>
/// <param name="Name">One of <see cref="PriceNames"/>.</param>
/// <param name="Usd">US dollars for one unit.</param>
/// <param name="Source">Where it was read.</param>
/// <param name="Date">When it was read there.</param>
/// <param name="Verify">Whether it is second-hand, to be looked up before one relies on it.</param>
public sealed record Price(string Name, double Usd, string Source, DateOnly Date, bool Verify);
