using WorkerFleet.Items;
using WorkerFleet.Journal;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every journal does.</summary>
public abstract class JournalConformance : StoreSuite
{
    private readonly Guid _batch = Guid.CreateVersion7();

    private IJournal Journal => Get<IJournal>();

    [Fact]
    public async Task Append_Event_CanBeReadWithAllItsFields()
    {
        var written = Samples.Event(_batch, 7);

        await Journal.AppendAsync(written, Token);

        Assert.Equal([written], await Journal.ReadAsync(written.SessionId, 10, Token));
    }

    [Fact]
    public async Task Append_EventWithoutOptionalFields_CanBeRead()
    {
        var written = Samples.Event(_batch, 7) with { WorkerId = null, Detail = null, Attempt = 0 };

        await Journal.AppendAsync(written, Token);

        Assert.Equal([written], await Journal.ReadAsync(written.SessionId, 10, Token));
    }

    [Fact]
    public async Task Append_SameEventAgain_LeavesTheFirst()
    {
        var first = Samples.Event(_batch, 1);

        Assert.True(await Journal.AppendAsync(first, Token));
        Assert.False(await Journal.AppendAsync(first with { At = Noon.AddHours(1), WorkerId = "worker-2" }, Token));

        Assert.Equal([first], await Journal.ReadAsync(first.SessionId, 10, Token));
    }

    [Fact]
    public async Task Append_SameEventFromManyAtOnce_LeavesOne()
    {
        var journalEvent = Samples.Event(_batch, 1);
        var other = (IJournal)OpenAgain().GetService(typeof(IJournal))!;

        var appended = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            (i % 2 == 0 ? Journal : other).AppendAsync(journalEvent, Token)));

        Assert.Single(appended, first => first);
        Assert.Single(await Journal.ReadAsync(journalEvent.SessionId, 10, Token));
    }

    [Fact]
    public async Task Read_EventsOfOneSession_ComeInOrderOfTheirIds()
    {
        var failed = Samples.Event(_batch, 1, JournalStatus.InvocationFailed);
        var started = Samples.Event(_batch, 1);
        var again = Samples.Event(_batch, 1, attempt: 2);
        foreach (var journalEvent in new[] { again, failed, started, Samples.Event(_batch, 2) })
            await Journal.AppendAsync(journalEvent, Token);

        var read = await Journal.ReadAsync(started.SessionId, 10, Token);

        Assert.Equal(
            new[] { started, failed, again }.OrderBy(e => e.EventId, StringComparer.Ordinal), read);
    }

    [Fact]
    public async Task Read_MoreThanTheLimit_GivesTheFirst()
    {
        for (var attempt = 1; attempt <= 5; attempt++)
            await Journal.AppendAsync(Samples.Event(_batch, 1, attempt: attempt), Token);

        var read = await Journal.ReadAsync(ItemSession.IdFor(_batch, 1), 2, Token);

        Assert.Equal([1, 2], read.Select(e => e.Attempt));
    }

    [Fact]
    public async Task Read_UnknownSession_GivesNothing() =>
        Assert.Empty(await Journal.ReadAsync("nobody", 10, Token));

    [Fact]
    public async Task Append_TextBeyondAscii_ComesBackUnchanged()
    {
        var written = Samples.Event(_batch, 1) with { Detail = "{\"name\":\"Zoë 🚚 \\u0000\"}", WorkerId = "" };

        await Journal.AppendAsync(written, Token);

        Assert.Equal([written], await Journal.ReadAsync(written.SessionId, 10, Token));
    }

    [Fact]
    public async Task Append_AlreadyCancelled_WritesNothing()
    {
        var journalEvent = Samples.Event(_batch, 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Journal.AppendAsync(journalEvent, new CancellationToken(canceled: true)));

        Assert.Empty(await Journal.ReadAsync(journalEvent.SessionId, 10, Token));
    }
}
