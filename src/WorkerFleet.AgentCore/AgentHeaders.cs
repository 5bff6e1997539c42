namespace WorkerFleet.AgentCore;

/// <summary>HTTP headers of the AgentCore contract.</summary>
public static class AgentHeaders
{
    /// <summary>Session of the invocation, required by AWS's TypeScript runtime.</summary>
    public const string SessionId = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id";

    /// <summary>Where an agent that works in the background tells of its task. Custom headers reach an agent whose runtime allows them.</summary>
    public const string CallbackUrl = "X-Amzn-Bedrock-AgentCore-Runtime-Custom-Fleet-Callback-Url";

    /// <summary>Bearer token for <see cref="CallbackUrl"/>.</summary>
    public const string CallbackToken = "X-Amzn-Bedrock-AgentCore-Runtime-Custom-Fleet-Callback-Token";

    /// <summary>User on whose behalf a runtime is invoked.</summary>
    public const string UserId = "X-Amzn-Bedrock-AgentCore-Runtime-User-Id";

    /// <summary>Name of the error on AWS's data plane; it may be followed by a colon and more.</summary>
    public const string ErrorType = "x-amzn-ErrorType";

    /// <summary>
    /// Both forms of an answer, always: without the second one AWS's TypeScript runtime refuses to stream (406).
    /// </summary>
    public const string Accept = "application/json, text/event-stream";
}
