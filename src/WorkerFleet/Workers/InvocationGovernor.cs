using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Agents;
using WorkerFleet.Batches;

namespace WorkerFleet.Workers;

/// <summary>
/// Decides which of the items in memory are begun, and which of those are invoked: inside what the process works on at
/// the same time, and its shares of the limits of their batch and agent; the higher priority first, batches in turn.
/// </summary>
public sealed class InvocationGovernor : IDisposable
{
    private readonly IAgentCatalog _agents;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<InvocationGovernor> _logger;
    private readonly FairGate _admission;
    private readonly FairGate _permits;
    private readonly FairGate _suspects = new(1);
    private readonly ConcurrentDictionary<Guid, BatchLimit> _batches = new();
    private readonly ConcurrentDictionary<string, Lazy<AgentFlow>> _flows = new(StringComparer.Ordinal);
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenRegistration _stopping;
    private int _capacity;

    public InvocationGovernor(
        IAgentCatalog agents, WorkerOptions options, IHostApplicationLifetime lifetime, TimeProvider time,
        ILogger<InvocationGovernor> logger)
    {
        (_agents, _options, _time, _logger) = (agents, options, time, logger);
        _capacity = options.Concurrency;
        _admission = new(options.Concurrency + options.Lookahead);
        _permits = new(options.Concurrency);
        _stopping = lifetime.ApplicationStopping.UnsafeRegister(static state => ((InvocationGovernor)state!).Close(), this);
    }

    /// <summary>Items that were begun and are not done with.</summary>
    public int InFlight => _admission.InUse;

    /// <summary>Invocations at the same time now: the concurrency, unless the process is under pressure.</summary>
    public int Capacity
    {
        get => Volatile.Read(ref _capacity);
        set
        {
            var capacity = Math.Clamp(value, 1, _options.Concurrency);
            if (Interlocked.Exchange(ref _capacity, capacity) == capacity)
                return;
            _permits.Resize(capacity);
            // Begun items cost memory as well, so that fewer of them wait, too.
            _admission.Resize(capacity + Math.Max(1, (int)((long)_options.Lookahead * capacity / _options.Concurrency)));
        }
    }

    /// <summary>Complete when shares should be claimed before it is time.</summary>
    internal ChannelReader<bool> Changes => _changes.Reader;

    internal IEnumerable<SharedLimit> Limits =>
        _batches.Values.Select(batch => batch.Shared).Concat(Flows.SelectMany(flow => flow.Shared));

    private IEnumerable<AgentFlow> Flows => _flows.Values.Select(flow => flow.Value);

    /// <summary>Waits until an item may be begun. Nothing of it must have been journaled before.</summary>
    /// <returns>To be disposed when the outcome is durable.</returns>
    /// <exception cref="OperationCanceledException">
    /// The batch was paused or ends (<see cref="BatchView.Halted"/>), the agent is held (<see cref="HoldOf"/>), or the
    /// process stops.
    /// </exception>
    public async ValueTask<Admission> AdmitAsync(BatchView batch, string agent)
    {
        var (batchLimit, flow) = (LimitOf(batch), FlowOf(agent));
        var entering = _admission.EnterAsync(
            batchLimit.Admission, batch.Spec.Limits.Priority, flow?.Admission, batch.Halted);
        // Whoever comes first is to wait for no interval.
        if (!_options.Embedded
            && (batchLimit.Shared.Wanted == 0 || (flow is not null && flow.Shared.Any(limit => limit.Wanted == 0))))
            SignalChange();
        return new(await entering, batch, batchLimit, flow);
    }

    /// <summary>Waits for the right to invoke.</summary>
    /// <returns>To be disposed the moment the agent has answered.</returns>
    /// <exception cref="OperationCanceledException">As of <see cref="AdmitAsync"/>.</exception>
    public async ValueTask<Permit> AcquireAsync(Admission admission)
    {
        var (batch, limit, flow) = (admission.Batch, admission.BatchLimit, admission.Flow);
        try
        {
            while (true)
            {
                var place = await _permits.EnterAsync(
                    limit.Permits, batch.Spec.Limits.Priority, flow?.Permits, batch.Halted);
                var permit = new Permit(this, place, limit, flow, flow?.Begin());
                // A process that was suspended can find its shares run out before anybody has looked.
                if (_options.Embedded || !HasRunOut(limit, flow))
                    return permit;
                permit.Dispose();
            }
        }
        finally
        {
            admission.LeaveLine();
        }
    }

    /// <summary>Whether items of an agent are to be held back: it does not work, or asked to be left alone for long.</summary>
    /// <param name="agent">Name of the agent.</param>
    /// <param name="heldSince">Since when the item has been held back already.</param>
    /// <returns>Null when they are not.</returns>
    public AgentHold? HoldOf(string agent, DateTimeOffset? heldSince) => FlowOf(agent)?.Hold(heldSince);

    /// <summary>What is the matter with agents, a line each.</summary>
    public IReadOnlyList<string> AgentNotes() => [.. Flows.Select(flow => flow.Note()).OfType<string>().Order()];

    /// <summary>How far agents are slowed that throttle, by name; comparable among workers.</summary>
    public IReadOnlyDictionary<string, double> AgentLevels()
    {
        var levels = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var flow in Flows)
            if (flow.ReadLevel() is { } level)
                levels[flow.Name] = level;
        return levels;
    }

    /// <summary>Waits for the one place for items that workers died with, so that such an item takes no other along.</summary>
    /// <exception cref="OperationCanceledException">As of <see cref="AdmitAsync"/>.</exception>
    public ValueTask<Place> EnterSuspectAsync(BatchView batch) =>
        _suspects.EnterAsync(LimitOf(batch).Suspects, batch.Spec.Limits.Priority, null, batch.Halted);

    public void Dispose()
    {
        _stopping.Dispose();
        foreach (var flow in Flows)
            flow.Dispose();
    }

    /// <summary>Finds out whether the limits of batches were changed.</summary>
    internal void RefreshTotals()
    {
        foreach (var limit in _batches.Values)
            if (limit.Batch.Spec.Limits.Concurrency is var total && total != limit.Shared.Total)
            {
                limit.Shared.Total = total;
                if (_options.Embedded)
                    limit.Shared.Grant(total, long.MaxValue);
            }
    }

    /// <summary>Has those who wait for an agent that is held back come again, so that they do not wait in memory.</summary>
    internal void TurnAwayHeld()
    {
        foreach (var flow in Flows)
            if (flow.Hold(null) is not null)
            {
                _admission.TurnAway(flow.Admission);
                _permits.TurnAway(flow.Permits);
            }
    }

    /// <summary>Forgets what nobody has needed for so long: the batch is over, as a rule.</summary>
    internal void ForgetUnused(TimeSpan after)
    {
        foreach (var (id, limit) in _batches)
            if (_time.GetElapsedTime(limit.LastUsed) > after && IsUnused(limit))
                _batches.TryRemove(id, out _);
    }

    /// <summary>Slows an agent as far as all workers do that slow it.</summary>
    internal void Agree(string agent, double level)
    {
        if (_flows.TryGetValue(agent, out var flow))
            flow.Value.Agree(level);
    }

    internal void SignalChange() => _changes.Writer.TryWrite(true);

    /// <summary>Who waits is turned away; what is being invoked finishes.</summary>
    private void Close()
    {
        _admission.Close();
        _permits.Close();
        _suspects.Close();
    }

    private bool IsUnused(BatchLimit limit) =>
        _admission.IsUnused(limit.Admission) && _permits.IsUnused(limit.Permits) && _suspects.IsUnused(limit.Suspects)
        && limit.Shared is { Wanted: 0, Owes: false };

    private bool HasRunOut(BatchLimit batch, AgentFlow? flow)
    {
        var now = _time.GetTimestamp();
        var hasRunOut = batch.Shared.RunOut(now);
        foreach (var limit in flow?.Shared ?? [])
            hasRunOut |= limit.RunOut(now);
        return hasRunOut;
    }

    private BatchLimit LimitOf(BatchView batch)
    {
        if (!_batches.TryGetValue(batch.Id, out var limit))
            limit = _batches.GetOrAdd(
                batch.Id, static (_, part) => part.This.NewLimit(part.Batch), (This: this, Batch: batch));
        limit.Batch = batch;
        limit.LastUsed = _time.GetTimestamp();
        return limit;
    }

    /// <summary>Only agents that exist are remembered: the name can come from a column of the source.</summary>
    private AgentFlow? FlowOf(string agent)
    {
        if (_flows.TryGetValue(agent, out var flow))
            return flow.Value;
        return _agents.LimitsOf(agent) is { } limits
            ? _flows.GetOrAdd(agent, name => new(() => NewFlow(name, limits))).Value
            : null;
    }

    private BatchLimit NewLimit(BatchView batch)
    {
        var (admission, permits) = (new GateKey(0), new GateKey(0));
        return new(batch, admission, permits, Share(
            $"batch/{batch.Id:N}", new GateLimit(_admission, admission, _permits, permits, this, _options),
            batch.Spec.Limits.Concurrency, ShareKeeper.Lease));
    }

    private AgentFlow NewFlow(string name, AgentLimits limits)
    {
        var flow = new AgentFlow(name, limits, _options, _time, _logger) { Recheck = Recheck };
        var shared = new List<SharedLimit>();
        if (limits.Concurrency is { } calls)
            shared.Add(Share(
                $"agent/{name}", new GateLimit(_admission, flow.Admission, _permits, flow.Permits, this, _options), calls,
                ShareKeeper.Lease));
        if (limits.StartsPerSecond is { } rate)
            shared.Add(Share(
                $"agent/{name}/rate", new AgentRateLimit(flow, _permits), AgentRateLimit.UnitsOf(rate), ShareKeeper.Lease));
        if (limits.LiveSessions is { } sessions)
            shared.Add(Share(
                $"agent/{name}/sessions", new AgentSessionLimit(flow, _admission, this), sessions,
                limits.SessionIdleTime > ShareKeeper.Lease ? limits.SessionIdleTime : ShareKeeper.Lease, outlives: true));
        flow.Shared = shared;
        return flow;
    }

    private SharedLimit Share(string name, ILimitUse use, int total, TimeSpan lease, bool outlives = false)
    {
        var limit = new SharedLimit(name, use, lease) { Total = total, OutlivesProcess = outlives };
        if (_options.Embedded)
            limit.Grant(total, long.MaxValue);
        return limit;
    }

    private void Recheck()
    {
        _admission.Recheck();
        _permits.Recheck();
    }
}
