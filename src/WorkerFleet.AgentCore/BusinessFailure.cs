using System.Text.Json;
using WorkerFleet.Items;

namespace WorkerFleet.AgentCore;

/// <summary>
/// A failure that the agent reports itself, with status 200:
/// <c>{"status":"error","code":…,"message":…,"retryable":…}</c>. It is the only way to say through AgentCore, which
/// hides statuses and bodies of errors, whether trying again helps.
/// </summary>
internal static class BusinessFailure
{
    /// <summary>Null when the answer reports none. Not retryable unless it says so.</summary>
    public static ItemFailure? From(JsonElement root, string label)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("status"u8, out var status)
            || status.ValueKind != JsonValueKind.String
            || !status.ValueEquals("error"u8))
            return null;
        // An answer about something whose status is an error looks alike, but has none of these.
        var hasCode = root.TryGetProperty("code"u8, out var code);
        var hasRetryable = root.TryGetProperty("retryable"u8, out var retryable);
        var isReport = hasCode || hasRetryable
            || root.TryGetProperty("message"u8, out _) || root.TryGetProperty("error"u8, out _);
        if (!isReport)
            return null;
        var codeText = code.ValueKind is JsonValueKind.String or JsonValueKind.Number ? $" {code}" : "";
        var detail = ErrorBody.DetailOf(root);
        return new ItemFailure(
            FailureKind.AgentError,
            OneLine.Of($"{label} reported an error{codeText}{(detail is null ? "" : ": ")}{detail}"),
            Retryable: retryable.ValueKind == JsonValueKind.True,
            MayHaveRun: true);
    }
}
