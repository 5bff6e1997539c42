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

    /// <summary>The source's first row: behind the byte order mark and the header.</summary>
    public SourcePosition SourceStart { get; set; }

    public DateTimeOffset SubmittedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Folder of the outputs; null where nothing is exported by itself.</summary>
    public string? Output { get; set; }

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

    /// <summary>The replay round, from 0.</summary>
    public int Round { get; set; }

    /// <summary>The replay whose items are being reopened; null otherwise.</summary>
    public ReplayItems? Replay { get; set; }

    /// <summary>Why the batch ends, or ended, early; null when it does not.</summary>
    public string? EndReason { get; set; }

    /// <summary>The state it goes to once aggregated, when it ends early.</summary>
    public string? EndStatus { get; set; }
}
