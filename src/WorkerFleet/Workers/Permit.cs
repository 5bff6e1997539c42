using WorkerFleet.Batches;
using WorkerFleet.Items;

namespace WorkerFleet.Workers;

/// <summary>An item that may be begun. Disposed of once.</summary>
public readonly struct Admission : IDisposable
{
    private readonly Place _place;
    private readonly AgentLine.Spot? _spot;

    internal Admission(Place place, BatchView batch, BatchLimit batchLimit, AgentFlow? flow)
    {
        (_place, Batch, BatchLimit, Flow) = (place, batch, batchLimit, flow);
        _spot = flow is null ? null : new(flow.Line);
    }

    internal BatchView Batch { get; }

    internal BatchLimit BatchLimit { get; }

    internal AgentFlow? Flow { get; }

    public void Dispose()
    {
        LeaveLine();
        _place.Dispose();
    }

    /// <summary>The item waits for no permit any more.</summary>
    internal void LeaveLine() => _spot?.Leave();
}

/// <summary>The right to invoke an agent once. Disposed of once.</summary>
public readonly struct Permit : IDisposable
{
    private readonly InvocationGovernor _governor;
    private readonly Place _place;
    private readonly BatchLimit _batch;
    private readonly AgentFlow? _flow;
    private readonly FlowCall? _call;

    internal Permit(
        InvocationGovernor governor, Place place, BatchLimit batch, AgentFlow? flow, FlowCall? call) =>
        (_governor, _place, _batch, _flow, _call) = (governor, place, batch, flow, call);

    /// <summary>Ends the call with what came of it. To be disposed of all the same.</summary>
    /// <param name="failure">Null when it succeeded.</param>
    public void End(ItemFailure? failure) => _flow?.End(_call!, failure);

    /// <summary>Whether a failed call is not to be counted as an attempt of its item.</summary>
    /// <param name="failure">How the call failed.</param>
    /// <param name="returns">Calls of this attempt that were not counted so far.</param>
    /// <param name="heldSince">Since when the item has been held back.</param>
    public bool TakesBack(ItemFailure failure, int returns, DateTimeOffset? heldSince) =>
        _flow?.TakesBack(failure, returns, heldSince) ?? false;

    public void Dispose()
    {
        _flow?.Abandon(_call!);
        _place.Dispose();
        // Another worker waits for it.
        if (_batch.Shared.Owes || (_flow?.Shared.Any(limit => limit.Owes) ?? false))
            _governor.SignalChange();
    }
}
