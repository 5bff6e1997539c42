namespace WorkerFleet.Workers;

/// <summary>What a limit is of: calls in flight, calls a second, live sessions.</summary>
internal interface ILimitUse
{
    /// <summary>How it is used now; begins a new period for what is wanted.</summary>
    LimitUse Read();

    /// <summary>Of what is reserved for this process, what it needs to keep.</summary>
    int InUse { get; }

    /// <summary>Changes what may be in use here.</summary>
    void Resize(int share);
}

/// <param name="InUse">See <see cref="ILimitUse.InUse"/>.</param>
/// <param name="Capacity">What may be in use.</param>
/// <param name="Wanted">What could be used at once; 0 when there is no work.</param>
internal readonly record struct LimitUse(int InUse, int Capacity, int Wanted);
