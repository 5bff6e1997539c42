using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Conformance.AmazonSqs;

/// <summary>Every operation of the client, against the emulator.</summary>
public sealed class ClientOperationTests
{
    [Fact]
    public async Task Queue_FromCreationToDeletion_IsWhatWasAskedFor()
    {
        var emulator = await SqsEmulator.StartAsync();
        await using var queue = await ClientQueue.CreateAsync(emulator.Endpoint, visibilityTimeout: 17);
        var (client, name) = (queue.Client, queue.Queue.Name);

        Assert.Equal(queue.Url, await client.GetQueueUrlAsync(name, CancellationToken.None));
        Assert.Equal("17", await queue.AttributeAsync("VisibilityTimeout"));
        Assert.EndsWith($":{name}", await queue.AttributeAsync("QueueArn"), StringComparison.Ordinal);
        await client.SetQueueAttributesAsync(
            queue.Url, new Dictionary<string, string> { ["VisibilityTimeout"] = "18" }, CancellationToken.None);
        Assert.Equal("18", await queue.AttributeAsync("VisibilityTimeout"));
        await client.TagQueueAsync(
            queue.Url, new Dictionary<string, string> { ["team"] = "x" }, CancellationToken.None);
        var taken = await Assert.ThrowsAsync<SqsException>(() => client.CreateQueueAsync(
            new() { QueueName = name, Attributes = new Dictionary<string, string> { ["VisibilityTimeout"] = "5" } },
            CancellationToken.None));
        Assert.True(taken.IsQueueNameTaken, taken.Message);

        await client.DeleteQueueAsync(queue.Url, CancellationToken.None);

        var missing = await Assert.ThrowsAsync<SqsException>(
            () => client.GetQueueUrlAsync(name, CancellationToken.None));
        Assert.True(missing.IsQueueMissing, missing.Message);
        missing = await Assert.ThrowsAsync<SqsException>(() => queue.ReceiveAsync());
        Assert.True(missing.IsQueueMissing, missing.Message);
    }

    [Fact]
    public async Task Message_WithEverything_ArrivesAsSent()
    {
        await using var queue = await ClientQueue.CreateAsync((await SqsEmulator.StartAsync()).Endpoint);
        var body = """{"name":"Grüße 😀 <&>"}""";

        await queue.Queue.SendAsync(
            new()
            {
                MessageBody = body,
                MessageGroupId = "batch-7",
                MessageAttributes = new Dictionary<string, MessageAttributeValue>
                {
                    ["Content-Type"] = new() { StringValue = "application/vnd.masstransit+json" },
                    ["bytes"] = new() { DataType = "Binary", BinaryValue = [0, 1, 255] },
                },
            },
            CancellationToken.None);

        var message = Assert.Single(await queue.ReceiveAsync());
        Assert.Equal(body, message.Body);
        Assert.Equal("application/vnd.masstransit+json", message.MessageAttributes!["Content-Type"].StringValue);
        Assert.Equal([0, 1, 255], message.MessageAttributes["bytes"].BinaryValue);
        Assert.Equal("batch-7", message.Attributes!["MessageGroupId"]);
        Assert.Equal("1", message.Attributes["ApproximateReceiveCount"]);
    }

    [Fact]
    public async Task Message_MadeVisible_IsReceivedAgainUntilItIsDeleted()
    {
        await using var queue = await ClientQueue.CreateAsync((await SqsEmulator.StartAsync()).Endpoint);
        await queue.Queue.SendAsync(new() { MessageBody = "a" }, CancellationToken.None);
        var first = Assert.Single(await queue.ReceiveAsync());

        await queue.Queue.ChangeVisibilityAsync(first.ReceiptHandle, 0, CancellationToken.None);

        var second = Assert.Single(await queue.ReceiveAsync());
        Assert.Equal((first.MessageId, "2"), (second.MessageId, second.Attributes!["ApproximateReceiveCount"]));
        var stale = await Assert.ThrowsAsync<SqsException>(
            () => queue.Queue.ChangeVisibilityAsync(first.ReceiptHandle, 30, CancellationToken.None));
        Assert.True(stale.IsReceiptHandleInvalid, stale.Message);
        await queue.Queue.DeleteAsync(second.ReceiptHandle, CancellationToken.None);
        Assert.Equal("0", await queue.AttributeAsync("ApproximateNumberOfMessagesNotVisible"));
        Assert.Empty(await queue.ReceiveAsync(waitSeconds: 0));
        Assert.Equal(1, queue.Client.Usage.Snapshot()["ReceiveMessage"].EmptyReceives);
    }

    [Fact]
    public async Task Message_Delayed_IsNotThereYet()
    {
        await using var queue = await ClientQueue.CreateAsync((await SqsEmulator.StartAsync()).Endpoint);

        await queue.Queue.SendAsync(new() { MessageBody = "a", DelaySeconds = 900 }, CancellationToken.None);

        Assert.Equal("1", await queue.AttributeAsync("ApproximateNumberOfMessagesDelayed"));
        await queue.Client.PurgeQueueAsync(queue.Url, CancellationToken.None);
        Assert.Equal("0", await queue.AttributeAsync("ApproximateNumberOfMessagesDelayed"));
    }

    [Fact]
    public async Task Message_OfTheLargestSize_IsTakenAndALargerOneIsNot()
    {
        await using var queue = await ClientQueue.CreateAsync((await SqsEmulator.StartAsync()).Endpoint);
        var attributes = new Dictionary<string, MessageAttributeValue> { ["kind"] = new() { StringValue = "größe" } };
        // Name, type and value in UTF-8.
        var room = SqsLimits.MaxBytes - (4 + 6 + 7);

        await queue.Queue.SendAsync(
            new() { MessageBody = new string('"', room), MessageAttributes = attributes }, CancellationToken.None);

        Assert.Equal(room, Assert.Single(await queue.ReceiveAsync()).Body.Length);
        var tooLong = await Assert.ThrowsAsync<SqsException>(() => queue.Client.SendMessageBatchAsync(
            queue.Url, [new() { Id = "0", MessageBody = new string('"', room + 1), MessageAttributes = attributes }],
            CancellationToken.None));
        Assert.Equal("BatchRequestTooLong", tooLong.ErrorCode);
    }

    [Fact]
    public async Task Messages_ManyAtOnce_TakeAThirdOfARequestEach()
    {
        const int Count = 2_000;
        await using var queue = await ClientQueue.CreateAsync((await SqsEmulator.StartAsync()).Endpoint);

        await Task.WhenAll(Enumerable.Range(0, Count).Select(
            i => queue.Queue.SendAsync(new() { MessageBody = $"{i}" }, CancellationToken.None)));
        var received = new List<SqsMessage>();
        while (received.Count < Count)
        {
            var messages = await queue.ReceiveAsync();
            received.AddRange(messages);
            await Task.WhenAll(
                messages.Select(message => queue.Queue.DeleteAsync(message.ReceiptHandle, CancellationToken.None)));
        }

        Assert.Equal(Count, received.Select(message => message.Body).Distinct().Count());
        Assert.Empty(await queue.ReceiveAsync(waitSeconds: 0));
        Assert.Equal("0", await queue.AttributeAsync("ApproximateNumberOfMessagesNotVisible"));
        Assert.InRange(queue.Client.Usage.Total.Requests, 3 * Count / 10, 35 * Count / 100);
        Assert.Equal(Count, queue.Client.Usage.Snapshot()["DeleteMessageBatch"].Messages);
    }

    [Fact]
    public async Task Emulator_RestartedEmpty_KnowsNoQueueUntilItIsMadeAgain()
    {
        await using var emulator = await SqsEmulator.StartOwnAsync();
        await using var queue = await ClientQueue.CreateAsync(emulator.Endpoint);
        await queue.Queue.SendAsync(new() { MessageBody = "lost" }, CancellationToken.None);

        await emulator.RestartEmptyAsync();

        var missing = await Assert.ThrowsAsync<SqsException>(
            () => queue.Queue.SendAsync(new() { MessageBody = "a" }, CancellationToken.None));
        Assert.True(missing.IsQueueMissing, missing.Message);
        Assert.Equal(
            queue.Url, await queue.Client.CreateQueueAsync(
                new() { QueueName = queue.Queue.Name }, CancellationToken.None));
        await queue.Queue.SendAsync(new() { MessageBody = "b" }, CancellationToken.None);
        Assert.Equal("b", Assert.Single(await queue.ReceiveAsync()).Body);
    }
}
