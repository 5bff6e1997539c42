using System.Runtime.ExceptionServices;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace WorkerFleet.AmazonSqs.Client.Wire;

/// <summary>Around each try of a request: counts it, and ends it when its time is over.</summary>
internal sealed class AttemptHandler(SqsUsage usage, TimeProvider time) : PipelineHandler
{
    public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
    {
        var context = (RequestContext)executionContext.RequestContext;
        var call = (SqsCall)context.OriginalRequest;
        var caller = context.CancellationToken;
        using var timeout = new CancellationTokenSource(call.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(caller, timeout.Token);
        context.CancellationToken = either.Token;
        var outcome = RequestOutcome.Error;
        try
        {
            var answer = await base.InvokeAsync<T>(executionContext);
            outcome = RequestOutcome.Ok;
            return answer;
        }
        catch (AmazonUnmarshallingException exception) when (exception.InnerException is SqsException broken)
        {
            // The SDK wraps whatever reading an answer throws, and says less.
            ExceptionDispatchInfo.Throw(broken);
            throw;
        }
        catch (SqsException exception) when (exception.IsThrottled)
        {
            outcome = RequestOutcome.Throttled;
            throw;
        }
        catch (OperationCanceledException) when (caller.IsCancellationRequested)
        {
            outcome = RequestOutcome.Cancelled;
            throw;
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested)
        {
            throw call.Failed(
                $"no answer within {call.Timeout.TotalSeconds:0.###} s", SqsException.TimedOut, ErrorType.Unknown,
                exception);
        }
        finally
        {
            context.CancellationToken = caller;
            usage.AddRequest(call.Operation, outcome);
            SqsMetrics.CountRequest(call.Operation, outcome);
        }
    }
}
