using System.Collections.Concurrent;
using System.Globalization;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Conformance.AmazonSqs;

/// <summary>The client and the gathering of requests, with faults between them and the emulator.</summary>
public sealed class ClientFaultTests
{
    private const int VisibilityTimeout = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData(1)]
    [InlineData(20261121)]
    public async Task Messages_EveryFaultThereIs_AllArriveAndTheQueueIsEmptied(int seed)
    {
        const int Count = 500;
        var emulator = await SqsEmulator.StartAsync();
        await using var faults = await SqsFaults.StartAsync(emulator.Endpoint, seed, oneIn: 0);
        await using var queue = await ClientQueue.CreateAsync(faults.Endpoint, VisibilityTimeout);
        faults.OneIn = 4;
        using var limit = new CancellationTokenSource(Limit);

        var sending = Task.WhenAll(Enumerable.Range(0, Count).Select(
            i => UntilDoneAsync(
                () => queue.Queue.SendAsync(new() { MessageBody = $"{i}" }, limit.Token), limit.Token)));
        var bodies = new ConcurrentDictionary<string, bool>();
        var kinds = Enum.GetValues<SqsFault>();
        while (bodies.Count < Count || !sending.IsCompleted || kinds.Any(kind => !faults.Injected.ContainsKey(kind)))
            await TakeSomeAsync(queue, bodies, limit.Token);
        await sending;
        faults.OneIn = 0;
        // What was received without an answer, or could not be deleted, comes again once its time is over.
        while (await LeftAsync(queue) > 0)
            await TakeSomeAsync(queue, bodies, limit.Token);

        Assert.Equal(Count, bodies.Count);
        Assert.All(kinds, kind => Assert.True(faults.Injected.GetValueOrDefault(kind) > 0, $"{kind} never came."));
        Assert.True(queue.Client.Usage.Total.Throttled > 0);
    }

    [Fact]
    public async Task Send_AnswerLost_IsRepeatedAndArrivesTwice()
    {
        var emulator = await SqsEmulator.StartAsync();
        await using var faults = await SqsFaults.StartAsync(emulator.Endpoint, seed: 1, oneIn: 0, SqsFault.LostAnswer);
        await using var queue = await ClientQueue.CreateAsync(faults.Endpoint);
        (faults.Most, faults.OneIn) = (1, 1);

        await queue.Queue.SendAsync(new() { MessageBody = "a" }, CancellationToken.None);

        var messages = await queue.ReceiveAsync();
        Assert.Equal(2, messages.Count);
        Assert.All(messages, message => Assert.Equal("a", message.Body));
    }

    [Fact]
    public async Task Receive_DuplicatedDelivery_IsTheSameMessageByAnotherHandle()
    {
        var emulator = await SqsEmulator.StartAsync();
        await using var faults = await SqsFaults.StartAsync(
            emulator.Endpoint, seed: 1, oneIn: 1, SqsFault.DuplicatedDelivery);
        await using var queue = await ClientQueue.CreateAsync(faults.Endpoint);
        await queue.Queue.SendAsync(new() { MessageBody = "a" }, CancellationToken.None);

        var first = Assert.Single(await queue.ReceiveAsync());
        var second = Assert.Single(await queue.ReceiveAsync());

        Assert.Equal(
            (first.MessageId, "a", "2"),
            (second.MessageId, second.Body, second.Attributes!["ApproximateReceiveCount"]));
        Assert.NotEqual(first.ReceiptHandle, second.ReceiptHandle);
        await queue.Queue.DeleteAsync(second.ReceiptHandle, CancellationToken.None);
        Assert.Equal(0, await LeftAsync(queue));
    }

    [Theory]
    [InlineData(SqsFault.QueueMissing, "QueueDoesNotExist")]
    [InlineData(SqsFault.ExpiredReceiptHandle, "ReceiptHandleIsInvalid")]
    [InlineData(SqsFault.PartOfBatch, "InternalError")]
    [InlineData(SqsFault.Unavailable, "ServiceUnavailable")]
    [InlineData(SqsFault.BrokenConnection, SqsException.ConnectionFailed)]
    public async Task Delete_FaultForGood_FailsByItsName(SqsFault fault, string code)
    {
        var emulator = await SqsEmulator.StartAsync();
        await using var faults = await SqsFaults.StartAsync(emulator.Endpoint, seed: 1, oneIn: 0, fault);
        await using var queue = await ClientQueue.CreateAsync(faults.Endpoint);
        await queue.Queue.SendAsync(new() { MessageBody = "a" }, CancellationToken.None);
        var message = Assert.Single(await queue.ReceiveAsync());
        faults.OneIn = 1;

        var exception = await Assert.ThrowsAsync<SqsException>(
            () => queue.Queue.DeleteAsync(message.ReceiptHandle, CancellationToken.None));

        Assert.Equal(code, exception.ErrorCode);
        faults.OneIn = 0;
        Assert.Equal(1, await LeftAsync(queue));
    }

    private static async Task TakeSomeAsync(
        ClientQueue queue, ConcurrentDictionary<string, bool> bodies, CancellationToken cancellationToken)
    {
        IReadOnlyList<SqsMessage> messages = [];
        await UntilDoneAsync(async () => messages = await queue.ReceiveAsync(waitSeconds: 1), cancellationToken);
        foreach (var message in messages)
            bodies.TryAdd(message.Body, true);
        await Task.WhenAll(messages.Select(async message =>
        {
            try
            {
                await queue.Queue.DeleteAsync(message.ReceiptHandle, cancellationToken);
            }
            catch (SqsException)
            {
                // It comes again.
            }
        }));
    }

    private static async Task UntilDoneAsync(Func<Task> act, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await act();
                return;
            }
            catch (SqsException)
            {
                // As every caller does, who tries again.
            }
        }
    }

    private static async Task<int> LeftAsync(ClientQueue queue)
    {
        var attributes = await queue.Client.GetQueueAttributesAsync(queue.Url, ["All"], CancellationToken.None);
        return int.Parse(attributes["ApproximateNumberOfMessages"], CultureInfo.InvariantCulture)
            + int.Parse(attributes["ApproximateNumberOfMessagesNotVisible"], CultureInfo.InvariantCulture);
    }
}
