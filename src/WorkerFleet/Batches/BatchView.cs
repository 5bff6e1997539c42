using WorkerFleet.Mapping;

namespace WorkerFleet.Batches;

/// <summary>What a process remembers of a batch while it works on it; refreshed by <see cref="BatchDirectory"/>.</summary>
public sealed class BatchView : IDisposable
{
    private readonly Lazy<IRowMapper> _mapper;
    private readonly CancellationTokenSource _abandon = new();
    private volatile BatchState _state;

    internal BatchView(BatchState state)
    {
        _state = state;
        _mapper = new(() => CompileMapper(state));
        Permits = new(state.Spec.Limits.Concurrency);
    }

    public Guid Id => _state.CorrelationId;

    public BatchSpec Spec => _state.Spec;

    /// <summary>The saga instance as it was a moment ago. Not to be changed.</summary>
    public BatchState State => _state;

    public bool IsPaused => _state.CurrentState == BatchStatus.Paused;

    /// <summary>Whether the batch ends early: what has not begun is cancelled.</summary>
    public bool IsEnding => _state.CurrentState == BatchStatus.Cancelling;

    /// <summary>Cancelled when a batch that ends early has waited long enough for its items in flight.</summary>
    public CancellationToken Abandoned => _abandon.Token;

    /// <summary>Limits the invocations of the batch in this process.</summary>
    public SemaphoreSlim Permits { get; }

    public IRowMapper Mapper => _mapper.Value;

    internal DateTimeOffset LastUsed { get; set; }

    internal void Update(BatchState state) => _state = state;

    internal Task AbandonAsync() => _abandon.CancelAsync();

    /// <summary>For a view that nobody holds: those that were handed out are left to the garbage collector.</summary>
    public void Dispose()
    {
        _abandon.Dispose();
        Permits.Dispose();
    }

    /// <summary>The templates were checked when the batch was submitted, so a problem here is a damaged record.</summary>
    private static IRowMapper CompileMapper(BatchState state)
    {
        var (mapper, problems) = RowMapperFactory.Create(
            state.Spec.Mapping, state.Spec.Agents, state.Spec.Source, [], agentNames: null);
        return mapper ?? throw new InvalidOperationException(
            $"The mapping of batch {state.CorrelationId} is damaged: {string.Join("; ", problems)}");
    }
}
