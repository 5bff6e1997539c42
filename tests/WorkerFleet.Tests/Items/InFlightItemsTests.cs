using WorkerFleet.Items;

namespace WorkerFleet.Tests.Items;

public sealed class InFlightItemsTests
{
    private readonly Guid _batch = Guid.CreateVersion7();
    private readonly InFlightItems _items = new();

    [Fact]
    public void TryBegin_ItemInFlight_IsTurnedAwayAndRemembered()
    {
        Assert.True(_items.TryBegin(_batch, 1));
        Assert.True(_items.TryBegin(_batch, 2));
        Assert.False(_items.TryBegin(_batch, 1));
        Assert.False(_items.TryBegin(_batch, 1));

        Assert.True(_items.End(_batch, 1));
        Assert.False(_items.End(_batch, 2));
    }

    [Fact]
    public void End_Item_CanBeginAgainWithACleanSlate()
    {
        _items.TryBegin(_batch, 1);
        _items.TryBegin(_batch, 1);
        _items.End(_batch, 1);

        Assert.True(_items.TryBegin(_batch, 1));
        Assert.False(_items.End(_batch, 1));
    }

    [Fact]
    public void CallsByBatch_ItemsInLine_AreNotCounted()
    {
        _items.TryBegin(_batch, 1);
        Assert.Empty(_items.CallsByBatch());

        _items.BeginCall(_batch);
        _items.BeginCall(_batch);
        _items.EndCall(_batch);
        Assert.Equal(1, _items.CallsByBatch()[_batch]);

        _items.EndCall(_batch);
        Assert.Empty(_items.CallsByBatch());
    }

    [Fact]
    public void Any_OfAnotherBatch_DoesNotCount()
    {
        _items.TryBegin(_batch, 1);

        Assert.True(_items.Any(_batch));
        Assert.False(_items.Any(Guid.CreateVersion7()));
        _items.End(_batch, 1);
        Assert.False(_items.Any(_batch));
    }

    [Fact]
    public async Task TryBegin_FromManyAtOnce_NeverLosesADelivery()
    {
        var handled = 0;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                // As the processor does: who is turned away leaves it to the other to go again.
                while (_items.TryBegin(_batch, 1))
                {
                    Interlocked.Exchange(ref handled, 0);
                    if (!_items.End(_batch, 1))
                        break;
                    Interlocked.Exchange(ref handled, 1);
                }
            }
        })));

        Assert.False(_items.Any(_batch));
        Assert.True(_items.TryBegin(_batch, 1));
    }
}
