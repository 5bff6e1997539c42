using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Items;
using WorkerFleet.Items;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api;

public sealed class ItemSearchTests
{
    [Fact]
    public async Task Read_TextThatIsNowhere_StopsAndSaysHowFarItLooked()
    {
        var batch = TestBatch.Csv(3_000, sliceSize: 256).Complete();

        var page = await ReadAsync(batch, new(null, "nowhere", 0, 50));
        Assert.Empty(page.Items);
        Assert.Equal(2_048, page.ScannedToRow);
        var next = long.Parse(Cursor.Read(page.NextCursor!, ItemSearch.CursorKind)!, null);
        var last = await ReadAsync(batch, new(null, "nowhere", next, 50));

        Assert.Equal((3_000, null), (last.ScannedToRow, last.NextCursor));
    }

    [Fact]
    public async Task Read_TextInTheLastRows_IsFoundFromWhereThePageBeforeStopped()
    {
        var batch = TestBatch.Csv(3_000, sliceSize: 256).Complete();

        var page = await ReadAsync(batch, new(ItemState.Succeeded, "A2999", 2_048, 50));

        Assert.Equal(2_999, Assert.Single(page.Items).Row);
    }

    [Fact]
    public async Task Read_OneFailureInManySlices_IsFoundInOnePage()
    {
        var batch = TestBatch.Csv(3_000, sliceSize: 4);
        for (var row = 0; row < 3_000; row++)
            if (row == 2_997)
                batch.Fail(row);
            else
                batch.Succeed(row);

        var page = await ReadAsync(batch, new(ItemState.Failed, null, 0, 50));

        Assert.Equal((2_997, null), (Assert.Single(page.Items).Row, page.NextCursor));
    }

    private static Task<ItemPageJson> ReadAsync(TestBatch batch, ItemQuery query) =>
        new ItemSearch(batch.Ledger, batch.Sources).ReadAsync(batch.State, query, CancellationToken.None);
}
