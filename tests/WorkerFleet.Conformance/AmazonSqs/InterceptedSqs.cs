using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.Conformance.AmazonSqs;

/// <summary>A client whose calls a test sees, and can hold up or fail, before and after they took effect.</summary>
internal sealed class InterceptedSqs(ISqsClient inner) : ISqsClient
{
    /// <summary>
    /// Given the operation and the queue, by address or name. What it throws the call throws, without taking effect.
    /// </summary>
    public Func<string, string, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>What it throws the call throws, although it took effect.</summary>
    public Func<string, string, Task> After { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>
    /// Can change what a batch of messages to send is answered with, instead of sending it; null to send it.
    /// </summary>
    public Func<IReadOnlyList<SendMessageBatchRequestEntry>, BatchResult?> AnswerSend { get; set; } = _ => null;

    public Task<string> GetQueueUrlAsync(string queueName, CancellationToken cancellationToken) =>
        CallAsync("GetQueueUrl", queueName, () => inner.GetQueueUrlAsync(queueName, cancellationToken));

    public Task<string> CreateQueueAsync(CreateQueueRequest request, CancellationToken cancellationToken) =>
        CallAsync("CreateQueue", request.QueueName, () => inner.CreateQueueAsync(request, cancellationToken));

    public Task DeleteQueueAsync(string queueUrl, CancellationToken cancellationToken) =>
        CallAsync("DeleteQueue", queueUrl, () => inner.DeleteQueueAsync(queueUrl, cancellationToken));

    public Task PurgeQueueAsync(string queueUrl, CancellationToken cancellationToken) =>
        CallAsync("PurgeQueue", queueUrl, () => inner.PurgeQueueAsync(queueUrl, cancellationToken));

    public Task<IReadOnlyDictionary<string, string>> GetQueueAttributesAsync(
        string queueUrl, IReadOnlyList<string> attributeNames, CancellationToken cancellationToken) =>
        CallAsync(
            "GetQueueAttributes", queueUrl,
            () => inner.GetQueueAttributesAsync(queueUrl, attributeNames, cancellationToken));

    public Task SetQueueAttributesAsync(
        string queueUrl, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellationToken) =>
        CallAsync(
            "SetQueueAttributes", queueUrl, () => inner.SetQueueAttributesAsync(queueUrl, attributes, cancellationToken));

    public Task TagQueueAsync(
        string queueUrl, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        CallAsync("TagQueue", queueUrl, () => inner.TagQueueAsync(queueUrl, tags, cancellationToken));

    public Task<BatchResult> SendMessageBatchAsync(
        string queueUrl, IReadOnlyList<SendMessageBatchRequestEntry> entries, CancellationToken cancellationToken) =>
        CallAsync(
            "SendMessageBatch", queueUrl,
            () => AnswerSend(entries) is { } answer
                ? Task.FromResult(answer)
                : inner.SendMessageBatchAsync(queueUrl, entries, cancellationToken));

    public Task<IReadOnlyList<SqsMessage>> ReceiveMessageAsync(
        ReceiveMessageRequest request, CancellationToken cancellationToken) =>
        CallAsync("ReceiveMessage", request.QueueUrl, () => inner.ReceiveMessageAsync(request, cancellationToken));

    public Task<BatchResult> DeleteMessageBatchAsync(
        string queueUrl, IReadOnlyList<DeleteMessageBatchRequestEntry> entries, CancellationToken cancellationToken) =>
        CallAsync(
            "DeleteMessageBatch", queueUrl, () => inner.DeleteMessageBatchAsync(queueUrl, entries, cancellationToken));

    public Task<BatchResult> ChangeMessageVisibilityBatchAsync(
        string queueUrl, IReadOnlyList<ChangeMessageVisibilityBatchRequestEntry> entries,
        CancellationToken cancellationToken) =>
        CallAsync(
            "ChangeMessageVisibilityBatch", queueUrl,
            () => inner.ChangeMessageVisibilityBatchAsync(queueUrl, entries, cancellationToken));

    public void Dispose() => inner.Dispose();

    private async Task<T> CallAsync<T>(string operation, string queue, Func<Task<T>> call)
    {
        await Before(operation, queue);
        var result = await call();
        await After(operation, queue);
        return result;
    }

    private Task CallAsync(string operation, string queue, Func<Task> call) =>
        CallAsync(
            operation, queue,
            async () =>
            {
                await call();
                return true;
            });
}
