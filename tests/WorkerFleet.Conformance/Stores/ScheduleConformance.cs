using WorkerFleet.Scheduling;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every durable schedule does.</summary>
public abstract class ScheduleConformance : StoreSuite
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly Guid _batch = Guid.CreateVersion7();

    private ISchedule Schedule => Get<ISchedule>();

    [Fact]
    public async Task ClaimDue_DueMessages_ComeByDueTimeWithAllFields()
    {
        var late = await Put("c", 3);
        var early = await Put("a", 1);
        await Put("z", 11);
        var middle = await Put("b", 2);

        Assert.Equal([early, middle, late], await Claim(10));
    }

    [Fact]
    public async Task ClaimDue_AtTheVeryInstant_GetsTheMessage()
    {
        await Put("a", 5);

        Assert.Empty(await Claim(4.999));
        Assert.Single(await Claim(5));
    }

    [Fact]
    public async Task ClaimDue_MoreThanTheLimit_GetsTheEarliest()
    {
        for (var second = 5; second > 0; second--)
            await Put($"k{second}", second);

        Assert.Equal(["k1", "k2"], (await Claim(10, limit: 2)).Select(message => message.Key));
        Assert.Equal(["k3", "k4", "k5"], (await Claim(10)).Select(message => message.Key));
    }

    [Fact]
    public async Task Expedite_WaitingMessage_IsDueAtOnceAndNoOther()
    {
        await Put("a", 20);
        await Put("b", 20);

        await Schedule.ExpediteAsync("a", Noon.AddSeconds(5), Token);
        await Schedule.ExpediteAsync("a", Noon.AddSeconds(50), Token);
        await Schedule.ExpediteAsync("none", Noon.AddSeconds(5), Token);

        Assert.Empty(await Claim(4.999));
        Assert.Equal("a", Assert.Single(await Claim(5)).Key);
        Assert.Equal("b", Assert.Single(await Claim(20)).Key);
    }

    [Fact]
    public async Task Expedite_ClaimedMessage_StaysWithItsClaimant()
    {
        await Put("a", 1);
        var claimed = await Schedule.ClaimDueAsync(Noon.AddSeconds(1), 10, Lease, null, Token);

        await Schedule.ExpediteAsync("a", Noon, Token);

        Assert.Empty(await Claim(2));
        await Schedule.CompleteAsync([claimed[0].Claim], Token);
        Assert.Empty(await Claim(100));
    }

    [Fact]
    public async Task ClaimDue_WhileLeased_NobodyElseGetsThem()
    {
        await Put("a", 1);
        await Claim(10);
        var other = (ISchedule)OpenAgain().GetService(typeof(ISchedule))!;

        Assert.Empty(await other.ClaimDueAsync(Noon.AddSeconds(39), 10, Lease, null, Token));
        Assert.Single(await other.ClaimDueAsync(Noon.AddSeconds(40), 10, Lease, null, Token));
    }

    [Fact]
    public async Task ClaimDue_FromManyAtOnce_GivesEachMessageOnce()
    {
        for (var i = 0; i < 60; i++)
            await Put($"k{i}", 1);
        var other = (ISchedule)OpenAgain().GetService(typeof(ISchedule))!;

        var claims = await Task.WhenAll(Enumerable.Range(0, 12).Select(i =>
            (i % 2 == 0 ? Schedule : other).ClaimDueAsync(Noon.AddSeconds(10), 7, Lease, null, Token)));

        Assert.Equal(60, claims.SelectMany(claim => claim).Select(claim => claim.Message.Key).Distinct().Count());
        Assert.Equal(60, claims.Sum(claim => claim.Count));
    }

    [Fact]
    public async Task ClaimDue_OfSomeBatches_LeavesTheOthers()
    {
        var second = Guid.CreateVersion7();
        var third = Guid.CreateVersion7();
        await Put("a", 3);
        await Put("b", 1, second);
        await Put("c", 2, third);

        var some = await Schedule.ClaimDueAsync(Noon.AddSeconds(10), 10, Lease, [_batch, second], Token);
        var none = await Schedule.ClaimDueAsync(Noon.AddSeconds(10), 10, Lease, [], Token);

        Assert.Equal(["b", "a"], some.Select(claim => claim.Message.Key));
        Assert.Empty(none);
        Assert.Equal(["c"], (await Claim(10)).Select(message => message.Key));
    }

    [Fact]
    public async Task FindEarliest_ClaimedMessage_CountsFromTheEndOfItsLease()
    {
        Assert.Null(await Schedule.FindEarliestAsync(Token));
        await Put("a", 1);
        await Put("b", 20);

        Assert.Equal(Noon.AddSeconds(1), await Schedule.FindEarliestAsync(Token));
        await Claim(10);
        Assert.Equal(Noon.AddSeconds(20), await Schedule.FindEarliestAsync(Token));
        await Schedule.ClaimDueAsync(Noon.AddSeconds(20), 10, TimeSpan.FromHours(1), null, Token);
        Assert.Equal(Noon.AddSeconds(40), await Schedule.FindEarliestAsync(Token));
    }

    [Fact]
    public async Task Complete_ClaimedMessages_AreGone()
    {
        await Put("a", 1);
        var claimed = await ClaimRaw(10);

        await Schedule.CompleteAsync([.. claimed.Select(one => one.Claim)], Token);
        await Schedule.CompleteAsync([.. claimed.Select(one => one.Claim)], Token);

        Assert.Empty(await Claim(1_000));
    }

    [Fact]
    public async Task Complete_MessageReplacedSinceItsClaim_StaysAndIsClaimable()
    {
        await Put("a", 1);
        var claimed = await ClaimRaw(10);
        var replaced = await Put("a", 5, body: "{\"n\":2}");

        await Schedule.CompleteAsync([.. claimed.Select(one => one.Claim)], Token);

        Assert.Equal([replaced], await Claim(10));
    }

    [Fact]
    public async Task ReleaseClaims_OfABatch_ItsMessagesCanBeClaimedAndTheOldClaimIsVoid()
    {
        await Put("a", 1);
        var gone = await ClaimRaw(10);
        var other = await Put("b", 1, Guid.CreateVersion7());
        await Claim(10);

        await Schedule.ReleaseClaimsAsync(_batch, Token);
        await Schedule.CompleteAsync([.. gone.Select(one => one.Claim)], Token);

        Assert.Equal(["a"], (await Claim(10)).Select(message => message.Key));
        Assert.NotEqual(_batch, other.BatchId);
    }

    [Fact]
    public async Task Release_Claims_OnlyTheirMessagesCanBeClaimedAgain()
    {
        await Put("a", 1);
        var mine = await ClaimRaw(10);
        await Put("b", 1);
        await ClaimRaw(10);

        await Schedule.ReleaseAsync([.. mine.Select(one => one.Claim)], Token);

        Assert.Equal(["a"], (await Claim(10)).Select(message => message.Key));
    }

    [Fact]
    public async Task Release_WithAnExpiredClaim_LeavesWhatOthersClaimed()
    {
        await Put("a", 1);
        var expired = await ClaimRaw(10);
        await ClaimRaw(50);

        await Schedule.ReleaseAsync([.. expired.Select(one => one.Claim)], Token);

        Assert.Empty(await Claim(50));
    }

    [Fact]
    public async Task Complete_WithAnExpiredClaim_LeavesWhatOthersClaimed()
    {
        await Put("a", 1);
        var expired = await ClaimRaw(10);
        var second = await ClaimRaw(50);

        await Schedule.CompleteAsync([.. expired.Select(one => one.Claim)], Token);

        Assert.Single(await Claim(100));
        Assert.Single(second);
    }

    [Fact]
    public async Task Put_SameKey_Replaces()
    {
        await Put("a", 1);
        var replaced = await Put("a", 20, Guid.CreateVersion7(), "other", "{\"n\":2}");

        Assert.Empty(await Claim(10));
        Assert.Equal([replaced], await Claim(20));
        Assert.Equal(0, await Schedule.CountAsync(_batch, "items", Token));
    }

    [Fact]
    public async Task Cancel_ByKey_DeletesWhatIsThere()
    {
        await Put("a", 1);
        await Put("b", 1);

        await Schedule.CancelAsync("a", Token);
        await Schedule.CancelAsync("nothing", Token);

        Assert.Equal(["b"], (await Claim(10)).Select(message => message.Key));
    }

    [Fact]
    public async Task BringForward_QueueOfABatch_MakesItsMessagesDue()
    {
        await Put("a", 100);
        await Put("b", 2);
        await Put("c", 100, queue: "batches");
        await Put("d", 100, Guid.CreateVersion7());

        await Schedule.BringForwardAsync(_batch, "items", Noon.AddSeconds(10), Token);

        Assert.Equal(["b", "a"], (await Claim(10)).Select(message => message.Key));
    }

    [Fact]
    public async Task Count_MessagesOfAQueue_LeavesOutOthers()
    {
        await Put("a", 100);
        await Put("b", 1);
        await Put("c", 100, queue: "batches");
        await Put("d", 100, Guid.CreateVersion7());

        Assert.Equal(2, await Schedule.CountAsync(_batch, "items", Token));
    }

    [Fact]
    public async Task Count_OfAllBatches_CountsClaimedOnesAndStopsWhereItIsTold()
    {
        var before = await Schedule.CountAsync(10_000, Token);
        for (var i = 0; i < 12; i++)
            await Put($"m{i}", 1, i % 2 == 0 ? _batch : Guid.CreateVersion7(), queue: i == 0 ? "batches" : "items");
        await Schedule.ClaimDueAsync(Noon.AddSeconds(10), 3, Lease, [_batch], Token);

        Assert.Equal(before + 12, await Schedule.CountAsync(10_000, Token));
        Assert.Equal(5, await Schedule.CountAsync(5, Token));
    }

    [Fact]
    public async Task DeleteBatch_DeletesItsMessagesOnly()
    {
        await Put("a", 1);
        await Put("b", 1, Guid.CreateVersion7());

        await Schedule.DeleteBatchAsync(_batch, Token);

        Assert.Equal(["b"], (await Claim(10)).Select(message => message.Key));
    }

    private async Task<ScheduledMessage> Put(
        string key, int dueAfterSeconds, Guid? batch = null, string queue = "items", string body = "{\"n\":1}")
    {
        var message = new ScheduledMessage(
            key, batch ?? _batch, Noon.AddSeconds(dueAfterSeconds), queue, "ProcessBatchItem", body);
        await Schedule.PutAsync(message, Token);
        return message;
    }

    private Task<IReadOnlyList<ClaimedMessage>> ClaimRaw(double afterSeconds, int limit = 100) =>
        Schedule.ClaimDueAsync(Noon.AddSeconds(afterSeconds), limit, Lease, null, Token);

    private async Task<IEnumerable<ScheduledMessage>> Claim(double afterSeconds, int limit = 100) =>
        (await ClaimRaw(afterSeconds, limit)).Select(claim => claim.Message);
}
