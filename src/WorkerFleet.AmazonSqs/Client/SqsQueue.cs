using System.Diagnostics.CodeAnalysis;

namespace WorkerFleet.AmazonSqs.Client;

/// <summary>
/// One queue's messages to send, to delete and to make visible at another time, in requests of ten. Every method
/// returns when SQS has confirmed the caller's own message, and can be called from any number of threads.
/// </summary>
/// <remarks>
/// What SQS fails through no fault of the message is tried again a few times. A send whose answer was lost, or does not
/// mention the message, fails, though the message may be in the queue: the caller sends it again.
/// </remarks>
[SuppressMessage("Naming", "CA1711", Justification = "It is a queue, though not a collection.")]
public sealed class SqsQueue : IAsyncDisposable
{
    private readonly Coalescer<SendMessageBatchRequestEntry> _sends;
    private readonly Coalescer<DeleteMessageBatchRequestEntry> _deletes;
    private readonly Coalescer<ChangeMessageVisibilityBatchRequestEntry> _visibilities;

    public SqsQueue(ISqsClient client, string url, SqsQueueOptions options, TimeProvider time)
    {
        Url = url;
        Name = url[(url.LastIndexOf('/') + 1)..];
        var isFifo = Name.EndsWith(".fifo", StringComparison.Ordinal);
        _sends = new(
            "SendMessageBatch", Name,
            (entries, cancellationToken) => client.SendMessageBatchAsync(url, entries, cancellationToken),
            SqsLimits.SizeOf, (entry, id) => entry with { Id = id },
            new()
            {
                Slots = isFifo ? 1 : options.SendSlots, Linger = options.SendLinger, FlushLimit = options.FlushLimit,
            },
            time);
        _deletes = new(
            "DeleteMessageBatch", Name,
            (entries, cancellationToken) => client.DeleteMessageBatchAsync(url, entries, cancellationToken),
            _ => 0, (entry, id) => entry with { Id = id },
            new()
            {
                Slots = options.SettleSlots, Linger = options.DeleteLinger, LingersWhenIdle = true,
                RepeatsUnmentioned = true,
                FlushLimit = options.FlushLimit,
            },
            time);
        _visibilities = new(
            "ChangeMessageVisibilityBatch", Name,
            (entries, cancellationToken) => client.ChangeMessageVisibilityBatchAsync(url, entries, cancellationToken),
            _ => 0, (entry, id) => entry with { Id = id },
            new()
            {
                Slots = options.SettleSlots, Linger = options.SendLinger, RepeatsUnmentioned = true,
                FlushLimit = options.FlushLimit,
            },
            time);
    }

    public string Url { get; }

    public string Name { get; }

    /// <param name="entry">Its Id does not matter. The same one can be sent to several queues at once.</param>
    /// <param name="cancellationToken">
    /// Takes it back while it waits for its request; without effect once that is under way.
    /// </param>
    /// <exception cref="SqsException">It is too long, or was refused, or may not have arrived.</exception>
    public Task SendAsync(SendMessageBatchRequestEntry entry, CancellationToken cancellationToken) =>
        _sends.ExecuteAsync(entry, cancellationToken);

    /// <exception cref="SqsException">
    /// It is not deleted and comes again, or, with <see cref="SqsException.IsReceiptHandleInvalid"/>, it was received
    /// anew or deleted before.
    /// </exception>
    public Task DeleteAsync(string receiptHandle, CancellationToken cancellationToken) =>
        _deletes.ExecuteAsync(new() { ReceiptHandle = receiptHandle }, cancellationToken);

    /// <param name="receiptHandle">Of the message.</param>
    /// <param name="seconds">From now; 0 to 43,200, with 0 at once.</param>
    /// <param name="cancellationToken">
    /// Takes it back while it waits for its request; without effect once that is under way.
    /// </param>
    /// <exception cref="SqsException">
    /// It stays as it was, or, with <see cref="SqsException.IsReceiptHandleInvalid"/>, it was received anew or deleted
    /// before.
    /// </exception>
    public Task ChangeVisibilityAsync(string receiptHandle, int seconds, CancellationToken cancellationToken) =>
        _visibilities.ExecuteAsync(
            new() { ReceiptHandle = receiptHandle, VisibilityTimeout = seconds }, cancellationToken);

    /// <summary>
    /// Sends and deletes what is there, within <see cref="SqsQueueOptions.FlushLimit"/>, and takes no more.
    /// </summary>
    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(
            _sends.DisposeAsync().AsTask(), _deletes.DisposeAsync().AsTask(), _visibilities.DisposeAsync().AsTask());
}
