using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Messaging;

namespace WorkerFleet.Items;

/// <summary>What the journal keeps of an attempt that ended.</summary>
/// <param name="Agent">The agent that was invoked.</param>
/// <param name="DurationMs">Duration of the invocation.</param>
/// <param name="Failure">Why it failed, if it did.</param>
/// <param name="NextAttemptAt">When it is tried again; null when it is not.</param>
/// <param name="CompleteBy">For an agent that works in the background: until when it is waited for.</param>
/// <param name="Output">What the agent has answered: of an accepted item, or of a background task.</param>
/// <param name="Usage">
/// What the call used. Of a background task's end: what the agent told of it. Of a replay's request: what the item had used in all.
/// </param>
public sealed record AttemptDetail(
    string? Agent, double? DurationMs, ItemFailure? Failure = null, DateTimeOffset? NextAttemptAt = null,
    DateTimeOffset? CompleteBy = null, JsonElement? Output = null,
    AgentUsage? Usage = null)
{
    public string ToJson() => JsonSerializer.Serialize(this, FleetJson.Options);

    /// <returns>Null when the text was written by something else, such as an agent.</returns>
    public static AttemptDetail? Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<AttemptDetail>(json, FleetJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
