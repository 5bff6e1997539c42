namespace WorkerFleet.Items;

/// <summary>What went wrong with an item, in the words that results, groups and metrics use.</summary>
public enum FailureKind
{
    /// <summary>The agent or its platform asked to slow down (HTTP 429).</summary>
    Throttled,

    /// <summary>No answer within the attempt's time limit.</summary>
    Timeout,

    /// <summary>The agent or its platform failed (HTTP 5xx).</summary>
    Unavailable,

    /// <summary>The agent could not be reached, or the connection broke.</summary>
    Connection,

    /// <summary>Credentials or permissions were refused (HTTP 401, 403).</summary>
    Denied,

    /// <summary>The agent refused the input (other HTTP 4xx). Trying again cannot help.</summary>
    InvalidInput,

    /// <summary>The agent answered with something that is no answer: not JSON, cut off, or too large.</summary>
    BadAnswer,

    /// <summary>The agent worked and reported a failure of its own.</summary>
    AgentError,

    /// <summary>The source row cannot be read, such as a quote that is never closed.</summary>
    MalformedRow,

    /// <summary>The row was read, but the template cannot be filled from it.</summary>
    Mapping,

    /// <summary>Every worker that took the item died while it held it.</summary>
    WorkerLost,

    /// <summary>The batch was cancelled or aborted first.</summary>
    Cancelled,
}
