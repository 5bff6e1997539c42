namespace WorkerFleet.Workers;

/// <summary>A limit of calls a second, divided in thousandths of a call, so that a small one can be shared.</summary>
internal sealed class AgentRateLimit(AgentFlow flow, FairGate permits) : ILimitUse
{
    private const double Unit = 1_000;

    /// <summary>Who is not held by its share wants what it uses, and so much more; the rest is for those who are.</summary>
    private const double Spare = 1.5;

    /// <summary>What is wanted a little less is wanted still: not every flicker is to divide the limit anew.</summary>
    private const double Steady = 0.7;

    private int _wanted;

    public int InUse => (int)Math.Round(flow.ReadRate().Ceiling * Unit);

    public static int UnitsOf(double callsPerSecond) => Math.Max(1, (int)Math.Round(callsPerSecond * Unit));

    public LimitUse Read()
    {
        var (ceiling, begun, isHeld) = flow.ReadRate();
        var share = (int)Math.Round(ceiling * Unit);
        var wanted = isHeld && permits.Read(flow.Permits).Waiting > 0
            ? int.MaxValue
            : begun > 0 ? UnitsOf((begun * Spare) + 1) : 0;
        if (wanted == 0 || wanted > _wanted || wanted < _wanted * Steady)
            _wanted = wanted;
        // A rate is in use all the time.
        return new(share, share, _wanted);
    }

    public void Resize(int share) => flow.SetCeiling(share / Unit);
}
