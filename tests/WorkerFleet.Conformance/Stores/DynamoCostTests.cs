using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Batches;
using WorkerFleet.DynamoDb;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Scheduling;
using Xunit.Abstractions;

namespace WorkerFleet.Conformance.Stores;

/// <summary>
/// What a batch costs. It does with the store what the flow does, from the submission to the export, and takes the figures from
/// the store's own metrics. Looks at intervals are in it as often as they come at 500 rows a second.
/// </summary>
public sealed class DynamoCostTests(ITestOutputHelper output)
{
    private const int Rows = 10_000;
    private const int SliceSize = 256;
    private const int Concurrency = 64;

    private static readonly string[] Words =
        "the agent found a customer whose address had changed and wrote back that parcel delivery in the city takes two days"
            .Split(' ');

    private static readonly DateTimeOffset Noon = Samples.Noon;

    [Fact]
    public async Task Batch_OfTenThousandRowsOfOneKilobyte_StaysWithinTheTargets()
    {
        await using var fixture = await DynamoFixture.CreateDynamoAsync();
        var store = fixture.Open(fixture.Options with { GatherTime = new DynamoDbOptions().GatherTime });
        using var usage = new DynamoUsage(fixture.Options);
        var batch = new BatchState
        {
            CorrelationId = Guid.CreateVersion7(),
            CurrentState = BatchStatus.Submitted,
            TotalRows = Rows,
            SubmittedAt = Noon,
        };
        await store.GetRequiredService<IBatchStore>().InsertAsync(batch, CancellationToken.None);

        await RunRowsAsync(store, batch);

        var exported = await ExportAsync(store, batch.CorrelationId);
        Assert.Equal(Rows, exported);
        Assert.Equal(
            new ItemCounts(0, Rows, 0, 0, 0),
            await store.GetRequiredService<ILedger>().CountAsync(batch.CorrelationId, CancellationToken.None));
        batch.CurrentState = BatchStatus.Completed;
        await ChangeAsync(store, batch);

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"A row: {usage.WriteUnits / Rows:0.00} write units, {usage.ReadUnits / Rows:0.000} read units, "
            + $"{usage.Requests / Rows:0.000} requests. {usage}"));
        Assert.InRange(usage.WriteUnits / Rows, 2, 3.2);
        Assert.InRange(usage.ReadUnits / Rows, 0.01, 0.1);
        Assert.InRange(usage.Requests / Rows, 0.05, 0.35);
    }

    private static async Task RunRowsAsync(IServiceProvider store, BatchState batch)
    {
        var (ledger, journal) = (store.GetRequiredService<ILedger>(), store.GetRequiredService<IJournal>());
        var schedule = store.GetRequiredService<ISchedule>();
        var told = new ConcurrentQueue<int>();
        var slice = -1;
        for (var first = 0; first < Rows; first += 2 * SliceSize)
        {
            // The window of the dispatcher: about two slices at a time.
            var rows = new List<(int Row, int Slice)>();
            for (var row = first; row < Math.Min(first + (2 * SliceSize), Rows); row += SliceSize)
            {
                var count = Math.Min(SliceSize, Rows - row);
                slice++;
                await ledger.AddSliceAsync(
                    new(batch.CorrelationId, slice, new(row, row * 1_024L, row + 2),
                        new(row + count, (row + count) * 1_024L, row + count + 2), count, RowSet.Full(count),
                        new(count, 0, 0, 0, 0)),
                    [], CancellationToken.None);
                rows.AddRange(Enumerable.Range(row, count).Select(each => (each, slice)));
            }

            await Parallel.ForEachAsync(
                rows, new ParallelOptions { MaxDegreeOfParallelism = Concurrency },
                async (item, token) =>
                {
                    var started = Event(batch.CorrelationId, item.Row, JournalStatus.InvocationStarted, null);
                    Assert.True(await journal.AppendAsync(started, token));
                    var result = await ledger.SettleAsync(Outcome(batch.CorrelationId, item.Row, item.Slice), token);
                    Assert.Equal(SettleOutcome.Settled, result.Outcome);
                    if (result.SliceSettled || result.Pending == result.Count / 2)
                        told.Enqueue(item.Slice);
                });

            // What the saga writes: each slice is dispatched, half settled, and settled.
            while (told.TryDequeue(out var number))
            {
                batch.SettledSlices.Add(number);
                await ChangeAsync(store, batch);
            }

            await ChangeAsync(store, batch);
            // In the second that these rows take: the reconciler counts, the directory looks four times, the sweeper twice.
            await ledger.CountAsync(batch.CorrelationId, CancellationToken.None);
            for (var look = 0; look < 4; look++)
                await store.GetRequiredService<IBatchStore>().FindAsync(batch.CorrelationId, CancellationToken.None);
            for (var look = 0; look < 2; look++)
                await schedule.ClaimDueAsync(Noon, 256, TimeSpan.FromSeconds(10), null, CancellationToken.None);
        }
    }

    /// <summary>As the saga's repository does it: load, then store.</summary>
    private static async Task ChangeAsync(IServiceProvider store, BatchState batch)
    {
        var batches = store.GetRequiredService<IBatchStore>();
        var loaded = await batches.FindAsync(batch.CorrelationId, CancellationToken.None);
        batch.Version = loaded!.Version + 1;
        await batches.UpdateAsync(batch, loaded.Version, CancellationToken.None);
    }

    private static async Task<int> ExportAsync(IServiceProvider store, Guid batchId)
    {
        var ledger = store.GetRequiredService<ILedger>();
        var (exported, page, size) = (0, 1, 32);
        while (page > 0)
        {
            var settled = await ledger.ReadSettledAsync(batchId, exported, Rows, null, size, CancellationToken.None);
            page = settled.Count;
            foreach (var settlement in settled)
                Assert.Equal((exported++, 1_024), ((int)settlement.Index, settlement.Output.Length));
            size = Math.Min(size * 2, 1_024);
        }

        return exported;
    }

    private static JournalEvent Event(Guid batchId, int row, string status, string? detail) => new(
        ItemSession.IdFor(batchId, row), JournalEvent.IdFor(0, 1, 0, status), Noon, status, 1, "worker-host-1-0123456789ab",
        detail);

    private static Settlement Outcome(Guid batchId, int row, int slice) => new()
    {
        BatchId = batchId,
        Index = row,
        Slice = slice,
        State = ItemState.Succeeded,
        ItemId = $"customer-{row}",
        Agent = "addresses",
        Attempts = 1,
        StartedAt = Noon,
        SettledAt = Noon.AddMilliseconds(row),
        Duration = TimeSpan.FromMilliseconds(100 + row),
        Output = Result(row),
        Event = Event(batchId, row, JournalStatus.InvocationSucceeded, """{"agent":"addresses","durationMs":123.456}"""),
    };

    /// <summary>Of one kilobyte: text as agents write it, with numbers that no two rows share.</summary>
    private static byte[] Result(int row)
    {
        var random = new Random(row);
        var text = new StringBuilder($$"""{"row":{{row}},"score":{{random.NextDouble()}},"answer":""").Append('"');
        while (text.Length < 1_000)
            text.Append(Words[random.Next(Words.Length)]).Append(random.Next(6) == 0 ? $" {random.Next(100_000)} " : " ");
        text.Length = 1_022;
        return Encoding.UTF8.GetBytes(text.Replace('\0', ' ').Append("\"}").ToString());
    }
}
