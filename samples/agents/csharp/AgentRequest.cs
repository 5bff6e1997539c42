namespace SampleAgent;

/// <param name="Prompt">What to answer.</param>
/// <param name="Mode"><c>sync</c>, <c>stream</c> or <c>background</c>.</param>
/// <param name="DelayMs">How long the work takes, in milliseconds.</param>
/// <param name="Fail">To see what becomes of a row that fails: the work fails with this message.</param>
/// <param name="Retryable">Whether another attempt could help it.</param>
public sealed record AgentRequest(
    string Prompt, string Mode = "sync", int DelayMs = 0, string? Fail = null, bool Retryable = false);
