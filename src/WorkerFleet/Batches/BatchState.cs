using MassTransit;
using WorkerFleet.Ledger;

namespace WorkerFleet.Batches;

/// <summary>The saga instance of one batch: the whole of what is remembered of it beside its slices.</summary>
public sealed class BatchState : SagaStateMachineInstance, ISagaVersion
{
    /// <summary>The batch id.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>Optimistic concurrency: one more with every update.</summary>
    public int Version { get; set; }

    /// <summary>One of <see cref="BatchStatus"/>.</summary>
    public string CurrentState { get; set; } = "";

    public BatchSpec Spec { get; set; } = new();

    /// <summary>Blob that holds the source.</summary>
    public string SourceBlob { get; set; } = "";

    /// <summary>SHA-256 over source and spec, by which the same run is recognised when it is started again.</summary>
    public string Fingerprint { get; set; } = "";

    /// <summary>Rows of the source, counted when it was stored.</summary>
    public long TotalRows { get; set; }

    public DateTimeOffset SubmittedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Folder of the outputs; null where nothing is exported by itself.</summary>
    public string? Output { get; set; }

    /// <summary>The trace that the batch is part of, as W3C's traceparent: of every invocation. Null for one from before there were any.</summary>
    public string? TraceParent { get; set; }

    /// <summary>First row: behind the byte order mark and the header.</summary>
    public SourcePosition SourceStart { get; set; }

    /// <summary>Where dispatching goes on.</summary>
    public SourcePosition Cursor { get; set; }

    /// <summary>Slices that exist.</summary>
    public int SlicesDispatched { get; set; }

    /// <summary>Whether the end of the source has been reached.</summary>
    public bool DispatchComplete { get; set; }

    /// <summary>Whether a DispatchBatch is under way; false while the window is full.</summary>
    public bool DispatchInFlight { get; set; }

    /// <summary>A bit for every slice that is settled.</summary>
    public RowSet SettledSlices { get; set; } = new();

    /// <summary>A bit for every slice that is at least half settled, and so does not count against the window.</summary>
    public RowSet DrainedSlices { get; set; } = new();

    /// <summary>The replay round, from 0.</summary>
    public int Round { get; set; }

    /// <summary>The replay whose items are being reopened; null otherwise.</summary>
    public ReplayItems? Replay { get; set; }

    /// <summary>The newest replay, so that the same command delivered twice begins one replay.</summary>
    public Guid? LastReplayId { get; set; }

    /// <summary>Whether a replay has reopened the batch after it was over: its deadline no longer holds then.</summary>
    public bool Reopened { get; set; }

    /// <summary>Failures that the replay of a batch that was over has left as they were: the failure policy, which they may
    /// have broken, does not count them again.</summary>
    public long FailuresLeft { get; set; }

    /// <summary>Why the batch ends, or ended, early; null when it does not.</summary>
    public string? EndReason { get; set; }

    /// <summary>The state it goes to once aggregated, when it ends early.</summary>
    public string? EndStatus { get; set; }

    /// <summary>When it was told to end early; in-flight items get a time limit from here.</summary>
    public DateTimeOffset? EndRequestedAt { get; set; }

    /// <summary>When the change of limits was requested that was made last; null when there was none.</summary>
    public DateTimeOffset? LimitsChangedAt { get; set; }

    /// <summary>Why the results could not be written to <see cref="Output"/>; null when they were, or not yet.</summary>
    public string? OutputProblem { get; set; }

    /// <summary>Remembers what was submitted.</summary>
    public void Accept(SubmitBatch submit)
    {
        Spec = submit.Spec;
        SourceBlob = submit.SourceBlob;
        Fingerprint = submit.Fingerprint;
        TotalRows = submit.TotalRows;
        SourceStart = submit.Start;
        Cursor = submit.Start;
        SubmittedAt = submit.SubmittedAt;
        Output = submit.Output;
        TraceParent = submit.TraceParent;
    }
}
