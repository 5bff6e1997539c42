using System.Diagnostics;
using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore;

/// <summary>The span of an invocation, as the agent's own spans are children of it.</summary>
internal static class AgentActivity
{
    /// <summary>Name to listen to.</summary>
    public const string SourceName = "WorkerFleet";

    private static readonly ActivitySource Source = new(SourceName);

    /// <returns>Null when nobody listens; the current activity, if any, is the agent's parent then.</returns>
    public static Activity? Start(string agent, AgentCall call)
    {
        var activity = Source.StartActivity("invoke_agent", ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
            activity
                .SetTag("gen_ai.operation.name", "invoke_agent")
                .SetTag("gen_ai.agent.name", agent)
                .SetTag("session.id", call.SessionId)
                .SetTag("workerfleet.batch.id", call.BatchId)
                .SetTag("workerfleet.row", call.Index)
                .SetTag("workerfleet.attempt", call.Attempt);
        return activity;
    }

    /// <summary>Says how it ended, without a word of the answer.</summary>
    public static void End(this Activity? activity, AgentReply reply)
    {
        if (activity is null || reply.Failure is not { } failure)
            return;
        activity.SetTag("error.type", failure.Kind.ToString());
        if (failure.StatusCode is { } status)
            activity.SetTag("http.response.status_code", status);
        activity.SetStatus(ActivityStatusCode.Error);
    }
}
