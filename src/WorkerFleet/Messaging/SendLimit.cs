namespace WorkerFleet.Messaging;

/// <summary>
/// How long a send waits for the broker. A confirmation can be lost with a queue or a channel: who waits for it without
/// limit holds what it has (a batch's place in the saga, the schedule, the repair of all batches) for ever. What fails is
/// sent again, by a redelivery or at the next tick; twice is harmless.
/// </summary>
internal static class SendLimit
{
    /// <summary>Far longer than a broker needs that is there; shorter than anybody should look at a batch that stands still.</summary>
    public static readonly TimeSpan Value = TimeSpan.FromSeconds(20);

    /// <param name="send">Sends, and heeds its token: what goes on in the background is sent after it was given up.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="TimeoutException">The broker did not confirm in time.</exception>
    public static async Task ApplyAsync(Func<CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Value);
        try
        {
            // Not every wait on the way heeds the token.
            await send(limit.Token).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker did not confirm a message within {Value.TotalSeconds:F0} s.", exception);
        }
    }
}
