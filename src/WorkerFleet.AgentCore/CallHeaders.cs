using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore;

/// <summary>The headers of an invocation that the contract has, wherever the agent is.</summary>
internal static class CallHeaders
{
    public static void AddTo(HttpRequestMessage request, AgentCall call)
    {
        request.Headers.TryAddWithoutValidation("Accept", AgentHeaders.Accept);
        request.Headers.TryAddWithoutValidation(AgentHeaders.SessionId, call.SessionId);
        if (call.Callback is { } callback)
        {
            request.Headers.TryAddWithoutValidation(AgentHeaders.CallbackUrl, callback.Url.AbsoluteUri);
            request.Headers.TryAddWithoutValidation(AgentHeaders.CallbackToken, callback.Token);
        }

        TraceHeaders.AddTo(request);
    }
}
