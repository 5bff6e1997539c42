using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
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
    private readonly FairGate _admission;
    private readonly FairGate _permits;
    private readonly FairGate _suspects = new(1);
    private readonly ConcurrentDictionary<Guid, SharedLimit> _batches = new();
    private readonly ConcurrentDictionary<string, SharedLimit> _agentLimits = new(StringComparer.Ordinal);
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenRegistration _stopping;
    private int _capacity;

    public InvocationGovernor(
        IAgentCatalog agents, WorkerOptions options, IHostApplicationLifetime lifetime, TimeProvider time)
    {
        (_agents, _options, _time) = (agents, options, time);
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

    internal IEnumerable<SharedLimit> Limits => _batches.Values.Concat(_agentLimits.Values);

    /// <summary>Waits until an item may be begun. Nothing of it must have been journaled before.</summary>
    /// <returns>To be disposed when the outcome is durable.</returns>
    /// <exception cref="OperationCanceledException">
    /// The batch was paused or ends (<see cref="BatchView.Halted"/>), or the process stops.
    /// </exception>
    public async ValueTask<Admission> AdmitAsync(BatchView batch, string agent)
    {
        var (batchLimit, agentLimit) = (LimitOf(batch), LimitOf(agent));
        var entering = _admission.EnterAsync(
            batchLimit.Admission, batch.Spec.Limits.Priority, agentLimit?.Admission, batch.Halted);
        // Whoever comes first is to wait for no interval.
        if (!_options.Embedded && (batchLimit.Wanted == 0 || agentLimit is { Wanted: 0 }))
            SignalChange();
        return new(await entering, batch, batchLimit, agentLimit);
    }

    /// <summary>Waits for the right to invoke.</summary>
    /// <returns>To be disposed the moment the agent has answered.</returns>
    /// <exception cref="OperationCanceledException">As of <see cref="AdmitAsync"/>.</exception>
    public async ValueTask<Permit> AcquireAsync(Admission admission)
    {
        var (batch, limit, agentLimit) = (admission.Batch, admission.BatchLimit, admission.AgentLimit);
        while (true)
        {
            var place = await _permits.EnterAsync(
                limit.Permits, batch.Spec.Limits.Priority, agentLimit?.Permits, batch.Halted);
            // A process that was suspended can find its shares run out before anybody has looked.
            if (_options.Embedded || !(RunOut(limit) | (agentLimit is not null && RunOut(agentLimit))))
                return new(this, place, limit, agentLimit);
            place.Dispose();
        }
    }

    /// <summary>Waits for the one place for items that workers died with, so that such an item takes no other along.</summary>
    /// <exception cref="OperationCanceledException">As of <see cref="AdmitAsync"/>.</exception>
    public ValueTask<Place> EnterSuspectAsync(BatchView batch) =>
        _suspects.EnterAsync(LimitOf(batch).Suspects, batch.Spec.Limits.Priority, null, batch.Halted);

    public void Dispose() => _stopping.Dispose();

    internal (GateUse Admission, GateUse Permits) Read(SharedLimit limit) =>
        (_admission.Read(limit.Admission), _permits.Read(limit.Permits));

    /// <summary>Sets what of the limit may be in use here, until a timestamp.</summary>
    internal void Grant(SharedLimit limit, int share, long validUntil)
    {
        limit.ValidUntil = validUntil;
        _permits.Resize(limit.Permits, share);
        _admission.Resize(limit.Admission, share + _options.LookaheadFor(share));
    }

    /// <summary>Takes the share away if its lease has ended.</summary>
    /// <returns>Whether it has.</returns>
    internal bool RunOut(SharedLimit limit)
    {
        if (limit.ValidUntil > _time.GetTimestamp())
            return false;
        Grant(limit, 0, limit.ValidUntil);
        return true;
    }

    /// <summary>Finds out whether the limits themselves were changed.</summary>
    internal void RefreshTotals()
    {
        foreach (var limit in _batches.Values)
            Refresh(limit, limit.Batch?.Spec.Limits.Concurrency);
        foreach (var (agent, limit) in _agentLimits)
            Refresh(limit, _agents.ConcurrencyOf(agent));

        void Refresh(SharedLimit limit, int? total)
        {
            if (total is null || total == limit.Total)
                return;
            limit.Total = total.Value;
            if (_options.Embedded)
                Grant(limit, limit.Total, long.MaxValue);
        }
    }

    internal bool IsUnused(SharedLimit limit) =>
        _admission.IsUnused(limit.Admission) && _permits.IsUnused(limit.Permits) && _suspects.IsUnused(limit.Suspects)
        && limit is { Wanted: 0, Owes: false };

    /// <summary>For limits that nobody has needed for long: their batch is over, as a rule.</summary>
    internal void Forget(SharedLimit limit)
    {
        foreach (var (id, _) in _batches.Where(entry => entry.Value == limit))
            _batches.TryRemove(id, out _);
        foreach (var (agent, _) in _agentLimits.Where(entry => entry.Value == limit))
            _agentLimits.TryRemove(agent, out _);
    }

    internal void SignalChange() => _changes.Writer.TryWrite(true);

    /// <summary>Who waits is turned away; what is being invoked finishes.</summary>
    private void Close()
    {
        _admission.Close();
        _permits.Close();
        _suspects.Close();
    }

    private SharedLimit LimitOf(BatchView batch)
    {
        if (!_batches.TryGetValue(batch.Id, out var limit))
            limit = _batches.GetOrAdd(batch.Id, static (id, part) => part.This.NewLimit(
                $"batch/{id:N}", part.Batch.Spec.Limits.Concurrency), (This: this, Batch: batch));
        limit.Batch = batch;
        limit.LastUsed = _time.GetTimestamp();
        return limit;
    }

    /// <summary>Only agents that exist are remembered: the name can come from a column of the source.</summary>
    private SharedLimit? LimitOf(string agent)
    {
        if (_agents.ConcurrencyOf(agent) is not { } total)
            return null;
        if (!_agentLimits.TryGetValue(agent, out var limit))
            limit = _agentLimits.GetOrAdd(agent, static (name, part) => part.This.NewLimit(
                $"agent/{name}", part.Total), (This: this, Total: total));
        limit.LastUsed = _time.GetTimestamp();
        return limit;
    }

    private SharedLimit NewLimit(string name, int total)
    {
        var limit = new SharedLimit(name) { Total = total };
        if (_options.Embedded)
            Grant(limit, total, long.MaxValue);
        return limit;
    }
}
