using WorkerFleet.Items;

namespace WorkerFleet.Planning;

/// <summary>
/// Runs a batch on paper: rows in order through as many places as there are, each call as long as its draw says,
/// failed ones again after the batch's own waits. So ramp, waves of calls, retries and the end of the last ones are
/// in the time.
/// </summary>
internal sealed class RunSimulation
{
    private enum Step
    {
        CallEnds,
        TaskEnds,
        IsDue,
        MayBegin,
    }

    private readonly SimulatedRun _run;
    private readonly Draws _draws;
    private readonly SimulatedFlow _flow;
    private readonly PriorityQueue<(Step Step, Call Call), (TimeSpan At, long Order)> _events = new();
    private readonly Queue<Call> _ready = new();
    private long _order;
    private int _free;
    private int _next;
    private int _settled;
    private TimeSpan _now;
    private TimeSpan? _wakesAt;
    private TimeSpan _firstMark;
    private TimeSpan _lastMark;

    private RunSimulation(SimulatedRun run, int seed)
    {
        (_run, _draws, _free) = (run, new(seed), run.Slots);
        _flow = new(run.Limits, run.OwnRate);
    }

    /// <returns>When the last row is settled, from the first call, and rows a second once it runs evenly.</returns>
    public static (TimeSpan End, double RowsPerSecond) Run(SimulatedRun run, int seed) =>
        new RunSimulation(run, seed).Run();

    private (TimeSpan End, double RowsPerSecond) Run()
    {
        BeginCalls();
        while (_settled < _run.Rows && _events.TryDequeue(out var entry, out var key))
        {
            _now = key.At;
            Take(entry.Step, entry.Call);
            BeginCalls();
        }

        var even = (_lastMark - _firstMark).TotalSeconds;
        return (_now, even > 0 ? _run.Rows * 0.6 / even : double.PositiveInfinity);
    }

    private void Take(Step step, Call call)
    {
        switch (step)
        {
            case Step.CallEnds:
                _free++;
                EndCall(call);
                break;
            case Step.TaskEnds:
                Settle();
                break;
            case Step.IsDue:
                _ready.Enqueue(call);
                break;
            default:
                _wakesAt = null;
                break;
        }
    }

    private void BeginCalls()
    {
        while (_next < _run.Rows && _next - _settled < _run.Window)
            _ready.Enqueue(new(_next++, Attempt: 1, Returns: 0, default));
        while (_free > 0 && _ready.Count > 0)
        {
            if (_flow.NextBegin(_now) is not { } next)
                return;
            if (next > _now)
            {
                if (_wakesAt is null || next < _wakesAt)
                    Schedule(Step.MayBegin, default, (_wakesAt = next).Value - _now);
                return;
            }

            var call = _ready.Dequeue() with { BegunAt = _now };
            _free--;
            _flow.Begin(_now);
            Schedule(Step.CallEnds, call, IsThrottled(call) ? TimeSpan.Zero : DurationOf(call));
        }
    }

    private void EndCall(Call call)
    {
        var calls = CallsOf(call.Row);
        if (IsThrottled(call))
        {
            TimeSpan? wait = _draws.Share(Draws.Kind.RetryAfter, call.Row, call.Number) < calls.RetryAfterRate
                ? calls.RetryAfter
                : null;
            _flow.Throttle(_now, call.BegunAt, wait);
            Retry(call with { Returns = call.Returns + 1 }, call.Returns + 1, wait);
            return;
        }

        _flow.End(_now);
        if (_draws.Share(Draws.Kind.Refused, call.Row) < calls.RefusedRate)
            Settle();
        // The rest of the draw: what is not throttled.
        else if (OutcomeOf(call) - calls.ThrottledRate < calls.FailureRate * (1 - calls.ThrottledRate))
        {
            if (call.Attempt == _run.Retry.MaxAttempts)
                Settle();
            else
                Retry(call with { Attempt = call.Attempt + 1, Returns = 0 }, call.Attempt, null);
        }
        else if (calls.Background is { } background)
            Schedule(Step.TaskEnds, call, background);
        else
            Settle();
    }

    private void Retry(Call call, int ended, TimeSpan? retryAfter)
    {
        var due = _now + RetryDelay.After(
            _run.Retry, ended, retryAfter, _draws.Share(Draws.Kind.Delay, call.Row, call.Number));
        // The schedule is looked at now and then.
        var seen = new TimeSpan((long)Math.Ceiling(due / _run.Sweep) * _run.Sweep.Ticks);
        Schedule(Step.IsDue, call, seen - _now);
    }

    private void Settle()
    {
        _settled++;
        if (_settled == (int)(_run.Rows * 0.2))
            _firstMark = _now;
        if (_settled == (int)(_run.Rows * 0.8))
            _lastMark = _now;
    }

    private bool IsThrottled(Call call)
    {
        var calls = CallsOf(call.Row);
        return OutcomeOf(call) < calls.ThrottledRate
            && !(_draws.Share(Draws.Kind.Refused, call.Row) < calls.RefusedRate);
    }

    private double OutcomeOf(Call call) => _draws.Share(Draws.Kind.Outcome, call.Row, call.Number);

    private TimeSpan DurationOf(Call call)
    {
        var latency = CallsOf(call.Row).Latency;
        var duration = latency.Spread == 0 ? latency.Mean : latency.At(_draws.Deviation(call.Row, call.Number));
        return duration < _run.Timeout ? duration : _run.Timeout;
    }

    private CallProfile CallsOf(int row)
    {
        var agents = _run.Agents;
        if (agents.Count == 1)
            return agents[0].Calls;
        var draw = _draws.Share(Draws.Kind.Agent, row);
        foreach (var (share, calls) in agents)
            if ((draw -= share) < 0)
                return calls;
        return agents[^1].Calls;
    }

    private void Schedule(Step step, Call call, TimeSpan after) =>
        _events.Enqueue((step, call), (_now + after, _order++));

    private readonly record struct Call(int Row, int Attempt, int Returns, TimeSpan BegunAt)
    {
        /// <summary>Of the row's calls, so that each has draws of its own.</summary>
        public int Number => Attempt + (Returns << 16);
    }
}
