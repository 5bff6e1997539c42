using MassTransit;
using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>
/// Keeps all messages that an endpoint holds invisible to others, those that wait for a consumer too.
/// </summary>
internal sealed class VisibilityHeartbeat(
    HeldMessages messages, Func<SqsQueue> getQueue, ReceiveSettings settings, TimeProvider time)
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MaxInterval = TimeSpan.FromSeconds(10);

    /// <summary>Often enough that an extension that fails can be tried again before the time is over.</summary>
    private TimeSpan Interval =>
        TimeSpan.FromSeconds(
            Math.Clamp(settings.VisibilityTimeout / 6.0, MinInterval.TotalSeconds, MaxInterval.TotalSeconds));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        // A round is not waited for: it may hang for some messages while others have to be extended.
        var rounds = new List<Task>();
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                rounds.RemoveAll(round => round.IsCompleted);
                rounds.Add(BeatAsync(cancellationToken));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // No message is held any more.
        }

        await Task.WhenAll(rounds);
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var extensions = new List<(HeldMessage Held, Task<Extension> Outcome)>();
        foreach (var held in messages.All)
            if (held.TryExtend(now, settings, ExtendAsync) is { } extension)
                extensions.Add((held, extension));
        var failed = 0;
        foreach (var (held, outcome) in extensions)
            switch (await outcome)
            {
                case Extension.Failed:
                    failed++;
                    break;
                case Extension.Lost:
                    LogContext.Warning?.Log(
                        "Message {MessageId} is held no longer, and may be with another process",
                        held.Message.MessageId);
                    break;
                case Extension.Expired:
                    LogContext.Error?.Log(
                        "Message {MessageId} was held for {Seconds} s, which is as long as it may be: its consumer is "
                        + "cancelled",
                        held.Message.MessageId, settings.MaxVisibilityTimeout);
                    held.Cancel();
                    break;
            }

        if (failed > 0)
            LogContext.Warning?.Log(
                "{Count} messages of {InputAddress} could not be kept invisible; this is tried again", failed,
                messages.InputAddress);

        Task ExtendAsync(string receiptHandle, int seconds) =>
            getQueue().ChangeVisibilityAsync(receiptHandle, seconds, cancellationToken);
    }
}
