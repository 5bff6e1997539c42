using System.Diagnostics.CodeAnalysis;
using MassTransit;
using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>
/// The messages an endpoint has received and neither deleted nor returned, by their ids: a message can be received
/// again while it is still worked on.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "A semaphore holds nothing to free while nobody asks for its handle.")]
internal sealed class HeldMessages(
    Uri inputAddress, Func<SqsQueue> getQueue, ReceiveSettings settings, TimeProvider time)
{
    /// <summary>Deletes that may be under way; more wait, and the consumers with them.</summary>
    private const int MaxDeletes = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, HeldMessage> _byId = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _deletes = new(MaxDeletes);
    private volatile bool _isStopping;
    private int _deletesDone;

    public Uri InputAddress => inputAddress;

    /// <summary>
    /// Nothing is consumed any more, and what is returned is visible at once, whatever the settings say.
    /// </summary>
    public bool IsStopping
    {
        get => _isStopping;
        set => _isStopping = value;
    }

    public IReadOnlyList<HeldMessage> All
    {
        get
        {
            lock (_lock)
                return [.. _byId.Values];
        }
    }

    /// <returns>Null if it is here already; then that one goes by the new receipt handle.</returns>
    public HeldMessage? TryAdd(SqsMessage message)
    {
        var now = time.GetUtcNow();
        var visibleAt = now + TimeSpan.FromSeconds(settings.VisibilityTimeout);
        lock (_lock)
        {
            if (_byId.TryGetValue(message.MessageId, out var held))
            {
                held.Adopt(message.ReceiptHandle, visibleAt);
                return null;
            }

            held = new HeldMessage(message, now, visibleAt, this);
            _byId.Add(message.MessageId, held);
            return held;
        }
    }

    /// <summary>It is neither deleted nor returned: SQS delivers it again when its time is over.</summary>
    public void Abandon(HeldMessage held)
    {
        _ = held.End();
        Remove(held);
    }

    /// <summary>Makes it visible to others.</summary>
    public async Task ReturnAsync(HeldMessage held)
    {
        var extension = held.End();
        // Before it is visible, or it would be taken for a copy when it comes back, and be lost to this process.
        Remove(held);
        await extension;
        await MakeVisibleAsync(
            held.Message.MessageId, held.ReceiptHandle, IsStopping ? 0 : settings.RedeliverVisibilityTimeout);
    }

    /// <summary>Makes visible what was received but never held.</summary>
    public Task ReturnAsync(SqsMessage message) =>
        MakeVisibleAsync(message.MessageId, message.ReceiptHandle, seconds: 0);

    public async Task StartDeleteAsync(HeldMessage held)
    {
        await _deletes.WaitAsync();
        _ = DeleteAsync(held);
    }

    /// <summary>
    /// Waits for the deletes that are under way, after the last one was started. Goes on where it was cancelled.
    /// </summary>
    public async Task DeletesDoneAsync(CancellationToken cancellationToken)
    {
        for (; _deletesDone < MaxDeletes; _deletesDone++)
            await _deletes.WaitAsync(cancellationToken);
    }

    private async Task DeleteAsync(HeldMessage held)
    {
        try
        {
            string handle;
            do
            {
                handle = held.ReceiptHandle;
                await getQueue().DeleteAsync(handle, CancellationToken.None);
            }
            while (!RemoveIf(held, handle));
        }
        catch (SqsException exception)
        {
            Remove(held);
            LogContext.Warning?.Log(
                "Message {MessageId} is consumed but not deleted, so that it will be delivered again: {Reason}",
                held.Message.MessageId, exception.Message);
        }
        finally
        {
            _deletes.Release();
        }
    }

    private async Task MakeVisibleAsync(string messageId, string receiptHandle, int seconds)
    {
        try
        {
            await getQueue().ChangeVisibilityAsync(receiptHandle, seconds, CancellationToken.None);
        }
        catch (SqsException exception)
        {
            LogContext.Debug?.Log(
                "Message {MessageId} was not returned, so that it is delivered again when its time is over: {Reason}",
                messageId,
                exception.Message);
        }
    }

    private void Remove(HeldMessage held)
    {
        lock (_lock)
            if (_byId.TryGetValue(held.Message.MessageId, out var current) && current == held)
                _byId.Remove(held.Message.MessageId);
    }

    /// <returns>False if it was received again meanwhile: then the other copy is to be deleted as well.</returns>
    private bool RemoveIf(HeldMessage held, string receiptHandle)
    {
        lock (_lock)
        {
            if (held.ReceiptHandle != receiptHandle)
                return false;
            _byId.Remove(held.Message.MessageId);
            return true;
        }
    }
}
