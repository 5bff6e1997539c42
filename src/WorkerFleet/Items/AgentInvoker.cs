using Microsoft.Extensions.Logging;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Completions;
using WorkerFleet.Dispatch;
using WorkerFleet.Storage;
using WorkerFleet.Telemetry;

namespace WorkerFleet.Items;

/// <summary>Calls an item's agent once, within the time that the batch allows, and takes whatever comes of it as an answer.</summary>
public sealed partial class AgentInvoker(
    IAgentCatalog agents, CallbackAddresses callbacks, LargeInputs inputs, ILogger<AgentInvoker> logger)
{
    /// <param name="batch">The batch.</param>
    /// <param name="item">The item.</param>
    /// <param name="returns">Calls of the same attempt that were not counted.</param>
    /// <param name="cancellationToken">The process may wait no longer.</param>
    /// <returns>Null when the batch ended early and waits no longer for the answer.</returns>
    /// <exception cref="OperationCanceledException">The process may wait no longer.</exception>
    public async Task<AgentReply?> InvokeAsync(
        BatchView batch, ProcessBatchItem item, int returns, CancellationToken cancellationToken)
    {
        using var activity = FleetTrace.StartAttempt(batch.State, item);
        var reply = await TryInvokeAsync(batch, item, returns, cancellationToken);
        activity.EndAttempt(reply);
        return reply;
    }

    private async Task<AgentReply?> TryInvokeAsync(
        BatchView batch, ProcessBatchItem item, int returns, CancellationToken cancellationToken)
    {
        if (agents.Find(item.Agent) is not { } agent)
            return AgentReply.Fail(new(FailureKind.InvalidInput,
                $"there is no agent '{item.Agent}' in this worker's configuration", Retryable: false));

        var limit = batch.Spec.Limits.AttemptTimeout;
        // This call's: a replay gives the batch another one.
        var abandoned = batch.Abandoned;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, abandoned);
        timeout.CancelAfter(limit);
        try
        {
            var input = item.InputAt is { } position
                ? await inputs.ReadAsync(batch, position, timeout.Token)
                : item.Input;
            var session = ItemSession.ForAttempt(item.BatchId, item.Index, item.Attempt);
            return await agent.CallAsync(
                new(session, item.BatchId, item.Index, item.Attempt, input,
                    agents.CompleteWithinOf(item.Agent) is null ? null : callbacks.Of(session), returns),
                timeout.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (abandoned.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return AgentReply.Fail(new(FailureKind.Timeout,
                $"agent '{item.Agent}' gave no answer within {limit}", Retryable: true, MayHaveRun: true,
                AttemptLimit: agent.TimeoutAttemptLimit));
        }
        catch (DispatchFailedException exception)
        {
            return AgentReply.Fail(new(FailureKind.MalformedRow, exception.Message, Retryable: false));
        }
        catch (StoreException exception)
        {
            return AgentReply.Fail(new(
                FailureKind.Unavailable, $"the row could not be read from the source: {exception.Message}", Retryable: true));
        }
        catch (Exception exception)
        {
            // The boundary to code that is not ours: an agent that throws is an agent that failed.
            LogAgentThrew(exception, item.Agent, item.BatchId, item.Index);
            return AgentReply.Fail(new(FailureKind.AgentError,
                $"agent '{item.Agent}' threw {exception.GetType().Name}: {exception.Message}", Retryable: true,
                MayHaveRun: true));
        }
    }

    [LoggerMessage(1302, LogLevel.Error, "Agent {Agent} threw on item {Index} of batch {BatchId}")]
    private partial void LogAgentThrew(Exception exception, string agent, Guid batchId, long index);
}
