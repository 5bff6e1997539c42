using System.Text;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every store of messages does that nobody could handle.</summary>
public abstract class BrokenMessageConformance : StoreSuite
{
    private IBrokenMessages Messages => Get<IBrokenMessages>();

    [Fact]
    public async Task Read_NothingFiled_IsEmpty() => Assert.Empty(await Messages.ReadAsync(10, Token));

    [Fact]
    public async Task Add_Message_CanBeReadWithAllItsFields()
    {
        // Bytes that are no text, for what is broken can be anything.
        var message = Message(1) with { Cause = "'{' is an invalid start: \"ä\"\n", Body = [0, 255, 128, 10, 13, 0] };

        await Messages.AddAsync(message, Token);

        ShouldBe([message], await Messages.ReadAsync(10, Token));
        ShouldBe([message], await Elsewhere().ReadAsync(10, Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1024 * 1024)]
    public async Task Add_BodyOfAnySize_IsKeptWhole(int bytes)
    {
        var body = new byte[bytes];
        new Random(1).NextBytes(body);

        await Messages.AddAsync(Message(1) with { Body = body }, Token);

        Assert.Equal(body, Assert.Single(await Messages.ReadAsync(10, Token)).Body);
    }

    [Fact]
    public async Task Add_Again_LeavesTheFirst()
    {
        await Messages.AddAsync(Message(1), Token);

        await Messages.AddAsync(Message(2) with { Id = Message(1).Id }, Token);

        ShouldBe([Message(1)], await Messages.ReadAsync(10, Token));
    }

    [Fact]
    public async Task Add_SameFromManyAtOnce_IsFiledOnce()
    {
        var other = Elsewhere();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            (i % 2 == 0 ? Messages : other).AddAsync(Message(1), Token)));

        ShouldBe([Message(1)], await Messages.ReadAsync(10, Token));
    }

    [Fact]
    public async Task Read_MoreThanTheLimit_AreTheNewestFirst()
    {
        foreach (var second in (int[])[3, 1, 4, 2])
            await Messages.AddAsync(Message(second), Token);

        ShouldBe([Message(4), Message(3)], await Messages.ReadAsync(2, Token));
    }

    [Fact]
    public async Task Read_FoundAtTheSameMoment_AreAllThereInTheSameOrderEachTime()
    {
        foreach (var id in (string[])["b", "a", "c"])
            await Messages.AddAsync(Message(1) with { Id = id }, Token);

        var first = await Messages.ReadAsync(10, Token);

        Assert.Equal(["a", "b", "c"], first.Select(message => message.Id).Order(StringComparer.Ordinal));
        ShouldBe(first, await Messages.ReadAsync(10, Token));
    }

    [Fact]
    public async Task RemoveBefore_Instant_LeavesThoseFoundAtItAndLater()
    {
        foreach (var second in (int[])[1, 2, 3])
            await Messages.AddAsync(Message(second), Token);

        await Messages.RemoveBeforeAsync(Noon.AddSeconds(2), Token);

        ShouldBe([Message(3), Message(2)], await Messages.ReadAsync(10, Token));
    }

    [Fact]
    public async Task Add_AfterItWasRemoved_IsFiledAnew()
    {
        await Messages.AddAsync(Message(1), Token);
        await Messages.RemoveBeforeAsync(Noon.AddSeconds(2), Token);

        await Messages.AddAsync(Message(1), Token);

        ShouldBe([Message(1)], await Messages.ReadAsync(10, Token));
    }

    private IBrokenMessages Elsewhere() => (IBrokenMessages)OpenAgain().GetService(typeof(IBrokenMessages))!;

    private static BrokenMessage Message(int second) => new(
        $"id-{second}", "fleet-items", $"cause {second}", Encoding.UTF8.GetBytes($"body {second}"),
        Noon.AddSeconds(second));

    /// <summary>Bodies are compared by what is in them, which a record does not.</summary>
    private static void ShouldBe(IEnumerable<BrokenMessage> expected, IEnumerable<BrokenMessage> read)
    {
        Assert.Equal(expected.Select(WithoutBody), read.Select(WithoutBody));
        Assert.Equal(expected.Select(message => message.Body), read.Select(message => message.Body));
    }

    private static BrokenMessage WithoutBody(BrokenMessage message) => message with { Body = Array.Empty<byte>() };
}
