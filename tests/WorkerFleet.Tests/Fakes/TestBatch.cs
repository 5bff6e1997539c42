using System.Text;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Mapping;
using WorkerFleet.Sources;

namespace WorkerFleet.Tests.Fakes;

/// <summary>A batch in memory: its source, its slices, and outcomes as a test gives them.</summary>
internal sealed class TestBatch
{
    public const string Blob = "sources/test";

    public static readonly DateTimeOffset SubmittedAt = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public TestBatch(BatchSpec spec, IReadOnlyList<SourceRow> rows, int dispatchedRows = int.MaxValue)
    {
        Rows = rows;
        Sources.Put(Blob, rows);
        var size = spec.Limits.SliceSize;
        var dispatched = Math.Min(rows.Count, dispatchedRows);
        var slices = (dispatched + size - 1) / size;
        State = Store.Add(new BatchState
        {
            CorrelationId = Guid.Parse("01931f80-0000-7000-8000-000000000001"),
            CurrentState = BatchStatus.Processing,
            Spec = spec,
            SourceBlob = Blob,
            Fingerprint = "f00d",
            TotalRows = rows.Count,
            SourceStart = InMemorySources.PositionOf(0),
            SubmittedAt = SubmittedAt,
            Cursor = InMemorySources.PositionOf(dispatched),
            SlicesDispatched = slices,
            DispatchComplete = dispatched == rows.Count,
        });
        for (var number = 0; number < slices; number++)
            AddSlice(number, Math.Min(size, dispatched - number * size), size);
    }

    public InMemoryBatchStore Store { get; } = new();

    public InMemoryLedger Ledger { get; } = new();

    public InMemorySources Sources { get; } = new();

    public IReadOnlyList<SourceRow> Rows { get; }

    public BatchState State { get; }

    public Guid Id => State.CorrelationId;

    /// <summary>Columns a and b, with values that name the row.</summary>
    public static TestBatch Csv(int rows, int sliceSize = 4, int dispatchedRows = int.MaxValue)
    {
        string[] columns = ["a", "b"];
        return new TestBatch(
            CsvSpec(columns, sliceSize),
            [.. Enumerable.Range(0, rows).Select(i => InMemorySources.Csv(i, columns, $"a{i}", $"b{i}"))],
            dispatchedRows);
    }

    public static BatchSpec CsvSpec(IReadOnlyList<string> columns, int sliceSize = 4) => new()
    {
        Name = "test.csv",
        Source = new SourceSpec { Columns = columns },
        Agents = new AgentSelection { Default = "echo" },
        Limits = new LimitsSpec { SliceSize = sliceSize },
    };

    public static BatchSpec JsonlSpec(IReadOnlyList<string>? passThrough = null) => new()
    {
        Name = "test.jsonl",
        Source = new SourceSpec { Format = SourceFormat.Jsonl },
        Agents = new AgentSelection { Default = "echo" },
        Mapping = new MappingSpec { PassThrough = passThrough },
        Limits = new LimitsSpec { SliceSize = 4 },
    };

    public Settlement Succeed(long index, string output = "\"ok\"", string? itemId = null, int durationMs = 10) =>
        Settle(new Settlement
        {
            BatchId = Id,
            Index = index,
            Slice = SliceOf(index),
            State = ItemState.Succeeded,
            ItemId = itemId,
            Agent = "echo",
            Attempts = 1,
            StartedAt = SubmittedAt.AddSeconds(index),
            SettledAt = SubmittedAt.AddSeconds(index + 1),
            Duration = TimeSpan.FromMilliseconds(durationMs),
            Output = Encoding.UTF8.GetBytes(output),
        });

    public Settlement Fail(long index, string message = "It broke.", FailureKind kind = FailureKind.Unavailable) =>
        Settle(new Settlement
        {
            BatchId = Id,
            Index = index,
            Slice = SliceOf(index),
            State = ItemState.Failed,
            Agent = "echo",
            Attempts = 3,
            StartedAt = SubmittedAt.AddSeconds(index),
            SettledAt = SubmittedAt.AddSeconds(index + 1),
            Duration = TimeSpan.FromMilliseconds(20),
            Failure = new ItemFailure(kind, message, Retryable: true, StatusCode: 503),
        });

    public Settlement Reject(long index, string message = "Line 3: a quote is never closed.") =>
        Settle(WithoutAttempt(index, ItemState.Rejected, new ItemFailure(FailureKind.MalformedRow, message, false)));

    public Settlement Cancel(long index) =>
        Settle(WithoutAttempt(
            index, ItemState.Cancelled, new ItemFailure(FailureKind.Cancelled, "The batch was cancelled.", false)));

    /// <summary>Settles all rows as succeeded and marks the batch as completed.</summary>
    public TestBatch Complete()
    {
        for (var i = 0; i < Rows.Count; i++)
            Succeed(i);
        return Finish(BatchStatus.Completed);
    }

    /// <summary>Lets the saga know all that is settled.</summary>
    public TestBatch Finish(string status)
    {
        for (var number = 0; number < State.SlicesDispatched; number++)
            State.SettledSlices.Add(number);
        State.CurrentState = status;
        State.FinishedAt = SubmittedAt.AddSeconds(Rows.Count + 1);
        return this;
    }

    private Settlement WithoutAttempt(long index, ItemState state, ItemFailure failure) => new()
    {
        BatchId = Id,
        Index = index,
        Slice = SliceOf(index),
        State = state,
        SettledAt = SubmittedAt.AddSeconds(index + 1),
        Failure = failure,
    };

    private int SliceOf(long index) => (int)(index / State.Spec.Limits.SliceSize);

    private Settlement Settle(Settlement settlement)
    {
        var settled = Ledger.SettleAsync(settlement, CancellationToken.None);
        Assert.True(settled.IsCompletedSuccessfully);
        return settlement;
    }

    private void AddSlice(int number, int count, int size) =>
        Ledger.Slices[(Id, number)] = new Slice(
            Id, number, InMemorySources.PositionOf((long)number * size),
            InMemorySources.PositionOf((long)number * size + count), count, RowSet.Full(count),
            new ItemCounts(count, 0, 0, 0, 0));
}
