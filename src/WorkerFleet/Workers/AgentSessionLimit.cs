namespace WorkerFleet.Workers;

/// <summary>A limit of live sessions, which outlast their calls.</summary>
internal sealed class AgentSessionLimit(AgentFlow flow, FairGate admission, InvocationGovernor governor) : ILimitUse
{
    public int InUse => flow.ReadSessions().Live;

    public LimitUse Read()
    {
        var (live, capacity) = flow.ReadSessions();
        return new(live, capacity, live + (admission.IsUnused(flow.Admission) ? 0 : governor.Capacity));
    }

    public void Resize(int share) => flow.SetSessions(share);
}
