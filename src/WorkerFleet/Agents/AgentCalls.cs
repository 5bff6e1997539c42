namespace WorkerFleet.Agents;

/// <summary>Calls agents, not all of which end when they are told to.</summary>
internal static class AgentCalls
{
    /// <summary>
    /// Invokes the agent once, and waits for the end of the call; once the token is cancelled for
    /// <see cref="IAgent.CleanUpLimit"/> more. An answer that comes within it is paid for, and is the answer.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled, and no answer came.</exception>
    public static async ValueTask<AgentReply> CallAsync(
        this IAgent agent, AgentCall call, CancellationToken cancellationToken)
    {
        var reply = agent.InvokeAsync(call, cancellationToken);
        try
        {
            return await reply.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            try
            {
                return await reply.WaitAsync(agent.CleanUpLimit, CancellationToken.None);
            }
            catch (TimeoutException) when (!reply.IsCompleted)
            {
                // It does not heed the token: that must not hold up the batch, or the end of the process.
                throw new OperationCanceledException(cancellationToken);
            }
        }
    }
}
