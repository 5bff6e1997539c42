using MassTransit;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>A message from its reception until it is deleted or visible to others again.</summary>
internal sealed class HeldMessage(
    SqsMessage message, DateTimeOffset receivedAt, DateTimeOffset visibleAt, HeldMessages owner)
    : ReceiveLockContext
{
    private readonly Lock _lock = new();
    private Reception _reception = new(message.ReceiptHandle, receivedAt, visibleAt);
    private bool _hasEnded;
    private bool _isLost;
    private Task _extension = Task.CompletedTask;
    private BaseReceiveContext? _context;

    public SqsMessage Message => message;

    /// <summary>Where it is worked on: what is to be cancelled when it may be held no longer.</summary>
    public BaseReceiveContext? Context
    {
        set
        {
            lock (_lock)
                _context = value;
        }
    }

    /// <summary>Of the latest reception.</summary>
    public string ReceiptHandle
    {
        get
        {
            lock (_lock)
                return _reception.Handle;
        }
    }

    /// <summary>Whether nobody else can have it.</summary>
    public bool IsHeldAt(DateTimeOffset now)
    {
        lock (_lock)
            return !_hasEnded && !_isLost && now < _reception.VisibleAt;
    }

    /// <summary>
    /// It was received again: only the newest handle counts for SQS. How long it may be held counts from the first time,
    /// or a consumer whose time is over would go on where this process is the first to receive its message again.
    /// </summary>
    public void Adopt(string receiptHandle, DateTimeOffset visibleUntil)
    {
        lock (_lock)
        {
            _reception = new(receiptHandle, _reception.ReceivedAt, visibleUntil);
            _isLost = false;
        }
    }

    /// <summary>
    /// Its consumer is done: it can be deleted. Returns before it is, so that the consumer can take the next.
    /// </summary>
    public Task Complete()
    {
        End();
        return owner.StartDeleteAsync(this);
    }

    /// <summary>Its consumer failed, and nothing took the message on.</summary>
    public Task Faulted(Exception exception) => owner.ReturnAsync(this);

    /// <summary>
    /// Called when MassTransit counts the message among those it works on, so that a stop waits for it.
    /// </summary>
    /// <exception cref="TransportException">It may be with another process by now, or the stop came first.</exception>
    public Task ValidateLockStatus()
    {
        lock (_lock)
            return _isLost || owner.IsStopping
                ? Task.FromException(
                    new TransportException(owner.InputAddress, $"Message {message.MessageId} is held no longer."))
                : Task.CompletedTask;
    }

    /// <summary>Extends it no more.</summary>
    /// <returns>Over when an extension that was under way is: what is to hold has to come after.</returns>
    public Task End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            return _extension;
        }
    }

    /// <summary>
    /// Extends it if less than half of the timeout is left and no extension is under way; gives it up when it was held for
    /// as long as it may be.
    /// </summary>
    /// <param name="now">Now.</param>
    /// <param name="settings">How long it is to be invisible, and for how long in all.</param>
    /// <param name="extend">Extends by a handle, for some seconds.</param>
    /// <returns>Null when there is nothing to wait for.</returns>
    public Task<Extension>? TryExtend(DateTimeOffset now, ReceiveSettings settings, Func<string, int, Task> extend)
    {
        lock (_lock)
        {
            if (_hasEnded || _isLost || !_extension.IsCompleted)
                return null;
            var left = _reception.ReceivedAt + TimeSpan.FromSeconds(settings.MaxVisibilityTimeout) - now;
            var seconds = (int)Math.Min(settings.VisibilityTimeout, left.TotalSeconds);
            if (seconds >= 1 && _reception.VisibleAt - now > TimeSpan.FromSeconds(settings.VisibilityTimeout / 2.0))
                return null;
            var extension = seconds < 1
                ? Task.FromResult(Expire())
                : ExtendAsync(_reception.Handle, seconds, now + TimeSpan.FromSeconds(seconds), extend);
            _extension = extension;
            return extension;
        }
    }

    /// <summary>Cancels its consumer, if it is with one.</summary>
    public void Cancel()
    {
        BaseReceiveContext? context;
        lock (_lock)
            context = _context;
        try
        {
            context?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Done this very moment.
        }
    }

    private Extension Expire()
    {
        _isLost = true;
        return Extension.Expired;
    }

    private async Task<Extension> ExtendAsync(
        string handle, int seconds, DateTimeOffset visibleAt, Func<string, int, Task> extend)
    {
        // Called under the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await extend(handle, seconds);
            return After(handle, () => _reception = _reception with { VisibleAt = visibleAt }, Extension.Done);
        }
        catch (SqsException exception) when (exception.IsReceiptHandleInvalid)
        {
            return After(handle, () => _isLost = true, Extension.Lost);
        }
        catch (SqsException)
        {
            return Extension.Failed;
        }
        catch (OperationCanceledException)
        {
            // The endpoint holds nothing any more.
            return Extension.Done;
        }
    }

    private Extension After(string handle, Action apply, Extension outcome)
    {
        lock (_lock)
        {
            // What concerns an earlier reception says nothing of this one.
            if (_hasEnded || handle != _reception.Handle)
                return Extension.Done;
            apply();
            return outcome;
        }
    }

    private readonly record struct Reception(string Handle, DateTimeOffset ReceivedAt, DateTimeOffset VisibleAt);
}
