using System.Text.Json;
using WorkerFleet.Completions;
using WorkerFleet.Items;

namespace WorkerFleet.Agents;

/// <summary>Something that takes one item and answers. Safe for concurrent use.</summary>
public interface IAgent
{
    /// <summary>
    /// Attempts after which another makes no sense when one ran out of time, below the batch's own; from 1. Null: as many as
    /// the batch allows.
    /// </summary>
    int? TimeoutAttemptLimit => null;

    /// <summary>
    /// How long a call may go on once its token is cancelled, to stop a session that would be paid for, say; from 0, which is
    /// the default, to 10 s. Whoever cancels waits for that, so that the process does not end before it is done.
    /// </summary>
    TimeSpan CleanUpLimit => TimeSpan.Zero;

    /// <summary>
    /// Invokes the agent once. Expected failures are returned, never thrown: only cancellation by
    /// <paramref name="cancellationToken"/> is. The caller sets the time limit through the token.
    /// </summary>
    Task<AgentReply> InvokeAsync(AgentCall call, CancellationToken cancellationToken);

    /// <summary>Whether the agent can take calls; null when it can, else one line that says why not.</summary>
    Task<string?> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>As <see cref="ProbeAsync"/>, with what kind of problem it is.</summary>
    async Task<AgentDiagnosis> DiagnoseAsync(CancellationToken cancellationToken) =>
        await ProbeAsync(cancellationToken) is { } problem ? new(AgentFault.Failing, problem) : AgentDiagnosis.Well;
}

/// <param name="SessionId">The agent's session: of this attempt of the item, see <see cref="ItemSession.ForAttempt"/>.</param>
/// <param name="BatchId">The batch.</param>
/// <param name="Index">Row number, from 0.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="Input">What the agent receives.</param>
/// <param name="Callback">Where an agent that works in the background can tell what became of it; null where there is no such place.</param>
/// <param name="Returns">Calls of the same attempt before, which failed and were not counted: throttled ones, say.</param>
public sealed record AgentCall(
    string SessionId, Guid BatchId, long Index, int Attempt, JsonElement Input, Callback? Callback = null, int Returns = 0);

/// <summary>Either an output or a failure.</summary>
/// <param name="Output">The answer as UTF-8 JSON on one line, when it succeeded.</param>
/// <param name="Failure">What went wrong, when it did not.</param>
/// <param name="Usage">What the call used, where that was told beside the output; null: the output may tell.</param>
public sealed record AgentReply(ReadOnlyMemory<byte> Output, ItemFailure? Failure, AgentUsage? Usage = null)
{
    public static AgentReply Succeed(ReadOnlyMemory<byte> output) => new(output, null);

    public static AgentReply Fail(ItemFailure failure) => new(default, failure);
}
