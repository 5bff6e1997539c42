namespace WorkerFleet.Api.Batches;

/// <summary>Why a batch is cancelled.</summary>
/// <param name="Reason">Kept with the batch, at most 500 characters.</param>
public sealed record CancelJson(string? Reason)
{
    public CancelJson() : this(Reason: null)
    {
    }
}

/// <summary>What to run again: one of the three.</summary>
/// <param name="Rows">These rows, at most 1,000; each has to have failed or been cancelled.</param>
/// <param name="Group">Those with this cause, as the groups of dead letters name it.</param>
/// <param name="All">true: all rows that failed or were cancelled.</param>
public sealed record ReplayJson(IReadOnlyList<long>? Rows, string? Group, bool All)
{
    public ReplayJson() : this(null, null, false)
    {
    }
}

/// <summary>Limits to change; what is left out stays as it is.</summary>
/// <param name="Concurrency">Invocations at the same time, over the whole fleet, 1 to 10,000.</param>
/// <param name="Timeout">Time limit of one attempt, for those that begin from now on, such as 90s.</param>
/// <param name="Attempts">Attempts a row gets in all, 1 to 100.</param>
/// <param name="Priority">low, normal or high, for rows that are sent from now on.</param>
public sealed record LimitsJson(int? Concurrency, string? Timeout, int? Attempts, string? Priority)
{
    public LimitsJson() : this(null, null, null, null)
    {
    }
}
