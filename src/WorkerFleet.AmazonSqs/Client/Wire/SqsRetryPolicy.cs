using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace WorkerFleet.AmazonSqs.Client.Wire;

/// <summary>
/// The SDK's standard mode, with the throttling of KMS and answers that cannot be read added, and pauses by the
/// client's clock. As in the SDK, retries of all clients of one address draw on one budget: where most requests fail,
/// they are not multiplied.
/// </summary>
internal sealed class SqsRetryPolicy : StandardRetryPolicy
{
    private readonly SqsClientOptions _options;
    private readonly TimeProvider _time;

    public SqsRetryPolicy(IClientConfig config, SqsClientOptions options, TimeProvider time)
        : base(config) => (_options, _time) = (options, time);

    public override bool IsThrottlingError(Exception exception) =>
        exception is SqsException { IsThrottled: true } || base.IsThrottlingError(exception);

    public override bool IsTransientError(IExecutionContext executionContext, Exception exception) =>
        exception is SqsException { ErrorCode: SqsException.BrokenAnswer }
        || base.IsTransientError(executionContext, exception);

    /// <summary>
    /// The SDK takes every connection that was reset for a stale one of its pool, and repeats the request ten times, at
    /// once and beyond the limit. The request may have taken effect, though, and what it sent is in the queue ten times
    /// then.
    /// </summary>
    public override bool IsStaleConnectionError(Exception exception) => false;

    public override Task WaitBeforeRetryAsync(IExecutionContext executionContext)
    {
        var doublings = Math.Clamp(executionContext.RequestContext.Retries - 1, 0, 30);
        var longest = Math.Min(
            _options.MaxRetryDelay.TotalMilliseconds, _options.RetryDelay.TotalMilliseconds * Math.Pow(2, doublings));
        return Task.Delay(
            TimeSpan.FromMilliseconds(longest * Random.Shared.NextDouble()), _time,
            executionContext.RequestContext.CancellationToken);
    }
}
