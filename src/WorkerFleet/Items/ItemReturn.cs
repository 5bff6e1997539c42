using MassTransit;
using MassTransit.Transports;

namespace WorkerFleet.Items;

/// <summary>
/// Gives messages back to the broker when the process stops. Not before their endpoint takes no others: they would be
/// delivered right here again, and each delivery counts towards the limit behind which the broker gives a message up.
/// </summary>
public sealed class ItemReturn(TimeProvider time) : IReceiveEndpointObserver
{
    /// <summary>From the word that an endpoint stops until its consumer is taken off the queue.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Leaves the message unacknowledged, so that the broker delivers it to somebody else.</summary>
    /// <exception cref="OperationCanceledException">Always: it is how a consumer says so.</exception>
    public async Task ReturnAsync(ConsumeContext context)
    {
        var token = context.CancellationToken;
        await _stopping.Task.WaitAsync(token);
        await Task.Delay(Settling, time, token);
        // Otherwise it counts as a fault of the consumer, which goes to an error queue.
        (context.ReceiveContext as BaseReceiveContext)?.Cancel();
        throw new OperationCanceledException("The worker stops; the item goes back to its queue.", token);
    }

    public Task Stopping(ReceiveEndpointStopping stopping)
    {
        _stopping.TrySetResult();
        return Task.CompletedTask;
    }

    public Task Ready(ReceiveEndpointReady ready) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;
}
