namespace WorkerFleet.Journal;

/// <summary>
/// Names of the events. The AGENT_ ones are those that fire-and-forget agents on AgentCore already write, so that an
/// agent written for such a system works unchanged.
/// </summary>
public static class JournalStatus
{
    public const string InvocationStarted = "AGENT_INVOCATION_STARTED";
    public const string InvocationSucceeded = "AGENT_INVOCATION_SUCCEEDED";
    public const string InvocationFailed = "AGENT_INVOCATION_FAILED";

    /// <summary>An agent that works in the background took the item: what becomes of it is another event.</summary>
    public const string InvocationAccepted = "AGENT_INVOCATION_ACCEPTED";

    public const string BackgroundTaskCompleted = "AGENT_BACKGROUND_TASK_COMPLETED";
    public const string BackgroundTaskFailed = "AGENT_BACKGROUND_TASK_FAILED";

    /// <summary>
    /// A begun attempt was given back: before the agent was called, by a pause or a worker that stops; or during the call, by
    /// a worker that lost the broker or that may wait no longer.
    /// </summary>
    public const string Released = "ITEM_RELEASED";

    /// <summary>The broker took the item's message back, because it was delivered too often; it was sent anew.</summary>
    public const string Returned = "ITEM_RETURNED";

    /// <summary>The item was reopened by a replay; attempts are counted anew from here.</summary>
    public const string ReplayRequested = "ITEM_REPLAY_REQUESTED";

    /// <summary>The batch was cancelled or aborted before the item had an outcome.</summary>
    public const string Cancelled = "ITEM_CANCELLED";
}
