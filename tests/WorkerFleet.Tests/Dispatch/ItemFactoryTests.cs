using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Dispatch;
using WorkerFleet.Items;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Dispatch;

public sealed class ItemFactoryTests
{
    private static readonly string[] Columns = ["a"];

    /// <summary>What Amazon SQS takes, envelope and attributes included.</summary>
    private const int LargestMessage = 1024 * 1024;

    [Theory]
    [InlineData(100_000, true)]
    [InlineData(200_000, false)]
    public void Create_InputOfThatManyBytes_TravelsInTheMessageOnlyWhereItFits(int bytes, bool inMessage)
    {
        var row = InMemorySources.Csv(7, Columns, new string('x', bytes));
        var batch = new TestBatch(TestBatch.CsvSpec(Columns), [row]);

        var (item, _) = ItemFactory.Create(new BatchView(batch.State), row, slice: 0, mayRepeat: false, TestBatch.SubmittedAt);

        Assert.Equal(inMessage ? null : row.Position, item!.InputAt);
        Assert.Equal(inMessage, item.Input.ValueKind == JsonValueKind.Object);
    }

    [Theory]
    [InlineData("<")]
    [InlineData("ю")]
    public void Create_LargestInputThatTravels_FitsIntoAMessageHoweverItIsEscaped(string letter)
    {
        // Just below the limit in UTF-8.
        var count = (ProcessBatchItem.MaxInputBytes - 100) / System.Text.Encoding.UTF8.GetByteCount(letter);
        var row = InMemorySources.Csv(7, Columns, string.Concat(Enumerable.Repeat(letter, count)));
        var batch = new TestBatch(TestBatch.CsvSpec(Columns), [row]);

        var (item, _) = ItemFactory.Create(new BatchView(batch.State), row, slice: 0, mayRepeat: false, TestBatch.SubmittedAt);

        var body = JsonSerializer.SerializeToUtf8Bytes(item, MassTransit.Serialization.SystemTextJsonMessageSerializer.Options);
        Assert.InRange(body.Length, ProcessBatchItem.MaxInputBytes / 2, LargestMessage - 16 * 1024);
    }
}
