namespace WorkerFleet.AmazonSqs.Client;

/// <summary>
/// The operations of Amazon SQS that the transport needs. Operations and shapes are called as in AWSSDK.SQS, so that the package
/// can take this one's place.
/// </summary>
/// <remarks>Every operation throws <see cref="SqsException"/> when SQS refuses it or cannot be reached.</remarks>
public interface ISqsClient : IDisposable
{
    /// <exception cref="SqsException">There is none (<see cref="SqsException.IsQueueMissing"/>), or the call failed.</exception>
    Task<string> GetQueueUrlAsync(string queueName, CancellationToken cancellationToken);

    /// <returns>The queue's address, also if it is there already with the same attributes.</returns>
    Task<string> CreateQueueAsync(CreateQueueRequest request, CancellationToken cancellationToken);

    Task DeleteQueueAsync(string queueUrl, CancellationToken cancellationToken);

    Task PurgeQueueAsync(string queueUrl, CancellationToken cancellationToken);

    /// <param name="queueUrl">The queue.</param>
    /// <param name="attributeNames">Which ones, such as QueueArn; All for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyDictionary<string, string>> GetQueueAttributesAsync(
        string queueUrl, IReadOnlyList<string> attributeNames, CancellationToken cancellationToken);

    Task SetQueueAttributesAsync(
        string queueUrl, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellationToken);

    Task TagQueueAsync(string queueUrl, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken);

    /// <summary>The result names each entry by its Id, and can have refused some of them.</summary>
    Task<BatchResult> SendMessageBatchAsync(
        string queueUrl, IReadOnlyList<SendMessageBatchRequestEntry> entries, CancellationToken cancellationToken);

    Task<IReadOnlyList<SqsMessage>> ReceiveMessageAsync(ReceiveMessageRequest request, CancellationToken cancellationToken);

    /// <summary>The result names each entry by its Id, and can have refused some of them.</summary>
    Task<BatchResult> DeleteMessageBatchAsync(
        string queueUrl, IReadOnlyList<DeleteMessageBatchRequestEntry> entries, CancellationToken cancellationToken);

    /// <summary>The result names each entry by its Id, and can have refused some of them.</summary>
    Task<BatchResult> ChangeMessageVisibilityBatchAsync(
        string queueUrl, IReadOnlyList<ChangeMessageVisibilityBatchRequestEntry> entries, CancellationToken cancellationToken);
}
