namespace WorkerFleet.Workers;

/// <summary>
/// The items of an agent that were begun and wait for a permit. No more of them than are soon to get one: begun items take
/// places that those of other agents could have.
/// </summary>
internal sealed class AgentLine : IGateValve
{
    private readonly AgentFlow _flow;
    private int _count;
    private int _heldBack;

    public AgentLine(AgentFlow flow) => _flow = flow;

    public bool IsOpen
    {
        get
        {
            var longest = _flow.LongestLine;
            if (longest == int.MaxValue)
                return true;
            // Before the count is read: whoever leaves in between either shows in it, or finds this and has the gate look.
            Interlocked.Exchange(ref _heldBack, 1);
            return Volatile.Read(ref _count) < longest;
        }
    }

    public void OnTaken() => Interlocked.Increment(ref _count);

    private void Leave()
    {
        Interlocked.Decrement(ref _count);
        if (Interlocked.Exchange(ref _heldBack, 0) != 0)
            _flow.Recheck();
    }

    /// <summary>One item's place in the line; left once, however often it is told.</summary>
    internal sealed class Spot(AgentLine line)
    {
        private int _left;

        public void Leave()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                line.Leave();
        }
    }
}
