using WorkerFleet.Batches;

namespace WorkerFleet.Workers;

/// <summary>An item that may be begun. Disposed of once.</summary>
public readonly struct Admission : IDisposable
{
    private readonly Place _place;

    internal Admission(Place place, BatchView batch, SharedLimit batchLimit, SharedLimit? agentLimit) =>
        (_place, Batch, BatchLimit, AgentLimit) = (place, batch, batchLimit, agentLimit);

    internal BatchView Batch { get; }

    internal SharedLimit BatchLimit { get; }

    internal SharedLimit? AgentLimit { get; }

    public void Dispose() => _place.Dispose();
}

/// <summary>The right to invoke an agent once. Disposed of once.</summary>
public readonly struct Permit : IDisposable
{
    private readonly InvocationGovernor _governor;
    private readonly Place _place;
    private readonly SharedLimit _batch;
    private readonly SharedLimit? _agent;

    internal Permit(InvocationGovernor governor, Place place, SharedLimit batch, SharedLimit? agent) =>
        (_governor, _place, _batch, _agent) = (governor, place, batch, agent);

    public void Dispose()
    {
        _place.Dispose();
        // Another worker waits for it.
        if (_batch.Owes || _agent is { Owes: true })
            _governor.SignalChange();
    }
}
