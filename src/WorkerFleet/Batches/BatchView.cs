using WorkerFleet.Dispatch;
using WorkerFleet.Mapping;

namespace WorkerFleet.Batches;

/// <summary>What a process remembers of a batch while it works on it; refreshed by <see cref="BatchDirectory"/>.</summary>
public sealed class BatchView : IDisposable
{
    private readonly Lazy<IRowMapper> _mapper;
    private readonly Lock _lock = new();
    private volatile CancellationTokenSource _abandon = new();
    private volatile CancellationTokenSource _halt = new();
    private volatile BatchState _state;
    private bool _wasHalted;
    private long _lastUsedTicks;
    private int _users;

    internal BatchView(BatchState state)
    {
        _state = state;
        _mapper = new(() => CompileMapper(state));
        _wasHalted = IsHalted;
        if (_wasHalted)
            _halt.Cancel();
    }

    public Guid Id => _state.CorrelationId;

    public BatchSpec Spec => _state.Spec;

    /// <summary>The saga instance as it was a moment ago. Not to be changed.</summary>
    public BatchState State => _state;

    public bool IsPaused => _state.CurrentState == BatchStatus.Paused;

    /// <summary>Whether the batch ends early: what has not begun is cancelled.</summary>
    public bool IsEnding => _state.CurrentState == BatchStatus.Cancelling;

    /// <summary>Whether every item is settled, as far as the saga knows: nothing of the batch is to be begun.</summary>
    public bool IsOver =>
        _state.CurrentState == BatchStatus.Aggregating || BatchStatus.IsFinal(_state.CurrentState);

    /// <summary>
    /// Cancelled when a batch that ends early has waited long enough for its items in flight. Another one once a replay
    /// has reopened the batch.
    /// </summary>
    public CancellationToken Abandoned => _abandon.Token;

    /// <summary>
    /// Cancelled when the batch is paused, ends early or is over: nothing of it is to be begun, and what waits to be looks
    /// again. Another one once it goes on.
    /// </summary>
    public CancellationToken Halted => _halt.Token;

    /// <exception cref="DispatchFailedException">There is none, because the batch's record is damaged.</exception>
    public IRowMapper Mapper => _mapper.Value;

    internal DateTimeOffset LastUsed
    {
        get => new(Volatile.Read(ref _lastUsedTicks), TimeSpan.Zero);
        set => Volatile.Write(ref _lastUsedTicks, value.UtcTicks);
    }

    /// <summary>Whether nobody here works on the batch by this view.</summary>
    internal bool IsIdle => Volatile.Read(ref _users) == 0;

    private bool IsHalted => IsPaused || IsEnding || IsOver;

    /// <summary>Keeps the view until <see cref="EndUse"/>: another one would not tell its holder what becomes of the batch.</summary>
    internal void BeginUse() => Interlocked.Increment(ref _users);

    internal void EndUse() => Interlocked.Decrement(ref _users);

    /// <summary>Takes over what was read, unless something newer is known: two may have read at the same time.</summary>
    internal void Update(BatchState state)
    {
        CancellationTokenSource? halt = null;
        lock (_lock)
        {
            if (state.Version < _state.Version)
                return;
            _state = state;
            if (!IsEnding && _abandon.IsCancellationRequested)
                _abandon = new();
            if (IsHalted)
                halt = _halt;
            else if (_wasHalted)
                _halt = new();
            _wasHalted = IsHalted;
        }

        // Outside of the lock: it calls whoever waits.
        halt?.Cancel();
    }

    /// <summary>Gives the items in flight up if the batch was told to end before <paramref name="latest"/>.</summary>
    internal Task AbandonIfEndingSinceAsync(DateTimeOffset latest)
    {
        CancellationTokenSource abandon;
        lock (_lock)
        {
            if (!IsEnding || !(_state.EndRequestedAt < latest))
                return Task.CompletedTask;
            abandon = _abandon;
        }

        return abandon.CancelAsync();
    }

    /// <summary>For a view that nobody holds: those that were handed out are left to the garbage collector.</summary>
    public void Dispose()
    {
        _abandon.Dispose();
        _halt.Dispose();
    }

    /// <summary>The templates were checked when the batch was submitted: a problem here is a damaged record, or a newer
    /// version that is stricter.</summary>
    private static IRowMapper CompileMapper(BatchState state)
    {
        var (mapper, problems) = RowMapperFactory.Create(
            state.Spec.Mapping, state.Spec.Agents, state.Spec.Source, [], agentNames: null);
        return mapper ?? throw new DispatchFailedException(
            $"the stored mapping cannot be used: {string.Join("; ", problems)}");
    }
}
