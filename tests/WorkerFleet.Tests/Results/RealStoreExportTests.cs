using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Results;
using WorkerFleet.Sources;
using WorkerFleet.Sqlite;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Results;

/// <summary>Export and audit on the embedded store and the real source reader.</summary>
public sealed class RealStoreExportTests : IAsyncLifetime, IDisposable
{
    private const int SliceSize = 64;
    private const string Blob = "sources/real";

    private readonly TempFolder _data = new();
    private readonly TempFolder _output = new();
    private readonly ServiceProvider _services;
    private readonly BatchState _batch = new()
    {
        CorrelationId = Guid.CreateVersion7(TestBatch.SubmittedAt),
        CurrentState = BatchStatus.CompletedWithFailures,
        SourceBlob = Blob,
        SubmittedAt = TestBatch.SubmittedAt,
    };

    public RealStoreExportTests() => _services = new ServiceCollection()
        .AddSqliteStore(_data.Path)
        .AddSingleton<ISourceReader, SourceReader>()
        .AddSingleton<SourceIngest>()
        .AddSingleton(ExportLocations.Local).AddSingleton<LedgerAudit>()
        .BuildServiceProvider();

    private ISourceReader Sources => _services.GetRequiredService<ISourceReader>();

    private ILedger Ledger => _services.GetRequiredService<ILedger>();

    private IBatchStore Batches => _services.GetRequiredService<IBatchStore>();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _services.DisposeAsync();

    public void Dispose()
    {
        _data.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task Export_RealStore_HoldsEveryRowAndPassesTheAudit()
    {
        const int Rows = 1_000;
        await SubmitAsync(Csv(Rows));
        await SettleAsync();
        _batch.Output = _output.Path;
        await Batches.InsertAsync(_batch, CancellationToken.None);

        var result = await ExportAsync();
        var report = await _services.GetRequiredService<LedgerAudit>()
            .AuditAsync(_batch.CorrelationId, CancellationToken.None);

        Assert.True(result.Complete);
        Assert.True(report.Passed, string.Join("; ", report.Checks));
        Assert.Equal(new ItemCounts(0, 858, 142, 0, 0), result.Summary.Counts);
        Assert.Equal(result.Summary.Counts, report.Counts);
        var lines = await File.ReadAllLinesAsync(_output[ExportFileNames.Results]);
        Assert.Equal(Rows, lines.Length);
        Assert.Contains("""
            "input":{"street":"2 \"Main\" St, 2nd","city":"Rome"},"output":{"n":2}
            """, lines[2], StringComparison.Ordinal);
        Assert.EndsWith("4 files in " + _output.Path + ".", report.Checks[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_MalformedRow_IsRejectedInItsPlace()
    {
        await SubmitAsync("street,city\n1 Main St,Rome\n2 Main St,Rome,Italy\n3 Main St,Oslo\n");
        await SettleAsync();
        await Batches.InsertAsync(_batch, CancellationToken.None);

        var result = await ExportAsync();

        Assert.Equal(1, result.Summary.Counts.Rejected);
        var lines = await File.ReadAllLinesAsync(_output[ExportFileNames.Results]);
        Assert.StartsWith("""{"row":1,"id":null,"state":"rejected","input":null""", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("""{"row":2,"id":null,"state":"succeeded","input":{"street":"3""", lines[2], StringComparison.Ordinal);
    }

    private static string Csv(int rows) => Enumerable.Range(0, rows).Aggregate(
        new StringBuilder("\uFEFFstreet,city\r\n"),
        (text, i) => text.Append(FormattableString.Invariant($"\"{i} \"\"Main\"\" St, 2nd\",Rome\r\n"))).ToString();

    private async Task SubmitAsync(string csv)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        var ingested = await _services.GetRequiredService<SourceIngest>().IngestAsync(
            content, new SourceSettings { DisplayName = "test.csv", Format = SourceFormat.Csv }, Blob, CancellationToken.None);
        Assert.Null(ingested.Problem);
        _batch.Spec = TestBatch.CsvSpec(ingested.Spec.Columns) with { Source = ingested.Spec };
        _batch.TotalRows = ingested.Rows;
        _batch.SourceStart = ingested.Start;
        _batch.DispatchComplete = true;
    }

    /// <summary>Dispatches all rows and settles each: bad rows as rejected, every seventh of the others as failed.</summary>
    private async Task SettleAsync()
    {
        var rows = new List<SourceRow>();
        await foreach (var row in Sources.ReadAsync(Blob, _batch.Spec.Source, _batch.SourceStart, CancellationToken.None))
            rows.Add(row);
        foreach (var (number, slice) in rows.Chunk(SliceSize).Index())
        {
            await Ledger.AddSliceAsync(
                new Slice(
                    _batch.CorrelationId, number, slice[0].Position, slice[^1].Next, slice.Length,
                    RowSet.Full(slice.Length), new ItemCounts(slice.Length, 0, 0, 0, 0)),
                [], CancellationToken.None);
            await Task.WhenAll(slice.Select(row => Ledger.SettleAsync(OutcomeOf(row, number), CancellationToken.None)));
            _batch.SlicesDispatched = number + 1;
            _batch.SettledSlices.Add(number);
            _batch.Cursor = slice[^1].Next;
        }
    }

    private Settlement OutcomeOf(SourceRow row, int slice)
    {
        var index = row.Position.Index;
        var settled = new Settlement
        {
            BatchId = _batch.CorrelationId,
            Index = index,
            Slice = slice,
            State = row.BadRow is null ? ItemState.Succeeded : ItemState.Rejected,
            SettledAt = TestBatch.SubmittedAt.AddSeconds(index),
        };
        if (row.BadRow is { } reason)
            return settled with { Failure = new ItemFailure(FailureKind.MalformedRow, reason, Retryable: false) };
        settled = settled with { Agent = "echo", Attempts = 1, StartedAt = TestBatch.SubmittedAt };
        return index % 7 == 6
            ? settled with { State = ItemState.Failed, Failure = new ItemFailure(FailureKind.Timeout, "Late.", true) }
            : settled with { Output = Encoding.UTF8.GetBytes(FormattableString.Invariant($$"""{"n":{{index}}}""")) };
    }

    private Task<ExportResult> ExportAsync() => new ResultExporter(
            Batches, Ledger, Sources, TimeProvider.System, ExportLocations.Local)
        .ExportAsync(_batch.CorrelationId, _output.Path, CancellationToken.None);
}
