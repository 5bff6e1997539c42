namespace WorkerFleet.Workers;

/// <summary>A limit of calls in flight at the two gates that an item passes.</summary>
/// <param name="admission">The first gate.</param>
/// <param name="admissionKey">The limit's key there.</param>
/// <param name="permits">The second gate.</param>
/// <param name="permitsKey">The limit's key there.</param>
/// <param name="governor">Whose gates they are.</param>
/// <param name="options">How far the first is ahead of the second.</param>
internal sealed class GateLimit(
    FairGate admission, GateKey admissionKey, FairGate permits, GateKey permitsKey, InvocationGovernor governor,
    WorkerOptions options) : ILimitUse
{
    public int InUse => permits.Read(permitsKey).InUse;

    public LimitUse Read()
    {
        var calls = permits.Read(permitsKey);
        // The most since the last claim, so that a batch whose items are done in no time is not without a share whenever
        // there is none for a moment.
        return new(calls.InUse, calls.Capacity, Math.Min(admission.Read(admissionKey).Peak, governor.Capacity));
    }

    public void Resize(int share)
    {
        permits.Resize(permitsKey, share);
        admission.Resize(admissionKey, share + options.LookaheadFor(share));
    }
}
