using System.Globalization;
using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.Tests.AmazonSqs.Fakes;

/// <summary>
/// SQS within the process: queues with attributes, delays, visibility timeouts, receipt handles, receive counts and
/// redrive policies. Of several receptions of a message only the newest handle counts, as with SQS.
/// </summary>
internal sealed class InMemorySqs(TimeProvider time) : ISqsClient
{
    private const string UrlPrefix = "https://sqs.test/000000000000/";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, InMemorySqsQueue> _queues = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _handles;

    /// <summary>
    /// Given the operation and the queue's name, before anything happens. What it throws the call throws.
    /// </summary>
    public Func<string, string, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Every call, as operation and name of the queue.</summary>
    public List<string> Calls { get; } = [];

    public IReadOnlyList<string> QueueNames
    {
        get
        {
            lock (_lock)
                return [.. _queues.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <returns>The queue, to look into or to put messages in; it is created if it is missing.</returns>
    public InMemorySqsQueue Queue(string name)
    {
        lock (_lock)
            return _queues.TryGetValue(name, out var queue) ? queue : _queues[name] = new InMemorySqsQueue(name);
    }

    /// <returns>When the next message that somebody holds is visible to others; null where none is held.</returns>
    public DateTimeOffset? NextLapse()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            return _queues.Values.SelectMany(queue => queue.Messages)
                .Where(message => message.ReceiveCount > 0 && message.VisibleAt > now)
                .Min(message => (DateTimeOffset?)message.VisibleAt);
        }
    }

    public SqsException Missing(string name) => Error("QueueDoesNotExist", $"There is no queue {name}.");

    public static SqsException Error(string code, string message = "") =>
        new(message, null, ErrorType.Sender, code, "", HttpStatusCode.BadRequest);

    /// <summary>As if another sender had sent it.</summary>
    public InMemorySqsMessage Put(
        string queueName, string body, IReadOnlyDictionary<string, MessageAttributeValue>? attributes = null,
        string? groupId = null, int delaySeconds = 0)
    {
        lock (_lock)
        {
            var message = new InMemorySqsMessage
            {
                Id = Guid.CreateVersion7().ToString(), Body = body, Attributes = attributes, GroupId = groupId,
                VisibleAt = time.GetUtcNow().AddSeconds(delaySeconds),
            };
            Queue(queueName).Messages.Add(message);
            Changed();
            return message;
        }
    }

    public Task<string> GetQueueUrlAsync(string queueName, CancellationToken cancellationToken) =>
        CallAsync("GetQueueUrl", queueName, queue => UrlPrefix + queue.Name);

    public async Task<string> CreateQueueAsync(CreateQueueRequest request, CancellationToken cancellationToken)
    {
        await BeginAsync("CreateQueue", request.QueueName);
        lock (_lock)
        {
            var queue = Queue(request.QueueName);
            foreach (var (key, value) in request.Attributes ?? new Dictionary<string, string>())
                queue.Attributes[key] = value;
            foreach (var (key, value) in request.Tags ?? new Dictionary<string, string>())
                queue.Tags[key] = value;
        }

        return UrlPrefix + request.QueueName;
    }

    public async Task DeleteQueueAsync(string queueUrl, CancellationToken cancellationToken)
    {
        await BeginAsync("DeleteQueue", NameOf(queueUrl));
        lock (_lock)
        {
            if (!_queues.Remove(NameOf(queueUrl)))
                throw Missing(queueUrl);
            Changed();
        }
    }

    public Task PurgeQueueAsync(string queueUrl, CancellationToken cancellationToken) =>
        CallAsync(
            "PurgeQueue", queueUrl,
            queue =>
            {
                queue.Messages.Clear();
                return true;
            });

    public Task<IReadOnlyDictionary<string, string>> GetQueueAttributesAsync(
        string queueUrl, IReadOnlyList<string> attributeNames, CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyDictionary<string, string>>(
            "GetQueueAttributes", queueUrl,
            queue => new Dictionary<string, string>(queue.Attributes) { ["QueueArn"] = queue.Arn });

    public Task SetQueueAttributesAsync(
        string queueUrl, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellationToken) =>
        CallAsync(
            "SetQueueAttributes", queueUrl,
            queue =>
            {
                foreach (var (key, value) in attributes)
                    queue.Attributes[key] = value;
                return true;
            });

    public Task TagQueueAsync(
        string queueUrl, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        CallAsync("TagQueue", queueUrl, _ => true);

    public Task<BatchResult> SendMessageBatchAsync(
        string queueUrl, IReadOnlyList<SendMessageBatchRequestEntry> entries, CancellationToken cancellationToken) =>
        CallAsync(
            "SendMessageBatch", queueUrl,
            queue => BatchOf(entries, entry => entry.Id, entry =>
            {
                var delay = entry.DelaySeconds ?? 0;
                queue.Delays.Add(entry.DelaySeconds);
                Put(queue.Name, entry.MessageBody, entry.MessageAttributes, entry.MessageGroupId, delay).DelaySeconds = entry.DelaySeconds;
                return true;
            }));

    public async Task<IReadOnlyList<SqsMessage>> ReceiveMessageAsync(
        ReceiveMessageRequest request, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow().AddSeconds(request.WaitTimeSeconds);
        await BeginAsync("ReceiveMessage", NameOf(request.QueueUrl));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task changed;
            TimeSpan wait;
            lock (_lock)
            {
                var received = Receive(QueueOf(request.QueueUrl), request, out var next);
                var now = time.GetUtcNow();
                if (received.Count > 0 || now >= deadline)
                    return received;
                changed = _changed.Task;
                wait = (next < deadline ? next : deadline) - now;
            }

            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(wait, time, timeout.Token));
            await timeout.CancelAsync();
        }
    }

    public Task<BatchResult> DeleteMessageBatchAsync(
        string queueUrl, IReadOnlyList<DeleteMessageBatchRequestEntry> entries, CancellationToken cancellationToken) =>
        CallAsync(
            "DeleteMessageBatch", queueUrl,
            // With a handle that is not the newest one SQS deletes nothing, and says nothing of it.
            queue => BatchOf(entries, entry => entry.Id, entry =>
            {
                queue.Messages.RemoveAll(message => message.Handle == entry.ReceiptHandle);
                return true;
            }));

    public Task<BatchResult> ChangeMessageVisibilityBatchAsync(
        string queueUrl, IReadOnlyList<ChangeMessageVisibilityBatchRequestEntry> entries,
        CancellationToken cancellationToken) =>
        CallAsync(
            "ChangeMessageVisibilityBatch", queueUrl,
            queue => BatchOf(entries, entry => entry.Id, entry =>
            {
                var message = queue.Messages.Find(
                    message => message.Handle == entry.ReceiptHandle && message.VisibleAt > time.GetUtcNow());
                if (message is null)
                    return false;
                message.VisibleAt = time.GetUtcNow().AddSeconds(entry.VisibilityTimeout);
                Changed();
                return true;
            }));

    public void Dispose()
    {
    }

    private static string NameOf(string queueUrl) =>
        queueUrl.StartsWith(UrlPrefix, StringComparison.Ordinal) ? queueUrl[UrlPrefix.Length..] : queueUrl;

    private static BatchResult BatchOf<T>(IReadOnlyList<T> entries, Func<T, string> idOf, Func<T, bool> carryOut)
    {
        var result = new BatchResult();
        foreach (var entry in entries)
            if (carryOut(entry))
                result.Successful.Add(new BatchResultEntry { Id = idOf(entry) });
            else
                result.Failed.Add(
                    new BatchResultErrorEntry { Id = idOf(entry), Code = "MessageNotInflight", SenderFault = true });
        return result;
    }

    private List<SqsMessage> Receive(InMemorySqsQueue queue, ReceiveMessageRequest request, out DateTimeOffset next)
    {
        var now = time.GetUtcNow();
        var received = new List<SqsMessage>();
        next = DateTimeOffset.MaxValue;
        foreach (var message in queue.Messages.ToList())
        {
            if (message.VisibleAt > now)
            {
                next = message.VisibleAt < next ? message.VisibleAt : next;
                continue;
            }

            if (received.Count == request.MaxNumberOfMessages || MovesOn(queue, message))
                continue;
            message.ReceiveCount++;
            message.Handle = $"handle-{++_handles}";
            message.VisibleAt = now.AddSeconds(request.VisibilityTimeout ?? 30);
            received.Add(message.Received());
        }

        return received;
    }

    private bool MovesOn(InMemorySqsQueue queue, InMemorySqsMessage message)
    {
        if (!queue.Attributes.TryGetValue("RedrivePolicy", out var json))
            return false;
        using var policy = JsonDocument.Parse(json);
        var limit = int.Parse(
            policy.RootElement.GetProperty("maxReceiveCount").ToString(), CultureInfo.InvariantCulture);
        if (message.ReceiveCount < limit)
            return false;
        queue.Messages.Remove(message);
        Queue(policy.RootElement.GetProperty("deadLetterTargetArn").GetString()!.Split(':')[^1]).Messages.Add(message);
        return true;
    }

    private InMemorySqsQueue QueueOf(string queueUrl) =>
        _queues.TryGetValue(NameOf(queueUrl), out var queue) ? queue : throw Missing(queueUrl);

    private async Task<T> CallAsync<T>(string operation, string queue, Func<InMemorySqsQueue, T> call)
    {
        await BeginAsync(operation, NameOf(queue));
        lock (_lock)
            return call(QueueOf(queue));
    }

    private async Task BeginAsync(string operation, string queue)
    {
        // As every call over a network, it returns on another thread.
        await Task.Yield();
        lock (_lock)
            Calls.Add($"{operation} {queue}");
        await Before(operation, queue);
    }

    private void Changed()
    {
        _changed.TrySetResult();
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
