using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;

namespace WorkerFleet.AmazonSqs.Topology;

/// <summary>
/// Says where a queue that is there is not as it was asked for. Nothing is changed: it may be so on purpose.
/// </summary>
internal static class QueueVerifier
{
    public static void Warn(
        string queueName, IReadOnlyDictionary<string, string> wanted, IReadOnlyDictionary<string, string> found)
    {
        if (DifferencesOf(wanted, found) is { Count: > 0 } differences)
            LogContext.Warning?.Log(
                "Queue {Queue} is there with other attributes than wanted, and is left so: {Differences}", queueName,
                string.Join("; ", differences));
    }

    public static IReadOnlyList<string> DifferencesOf(
        IReadOnlyDictionary<string, string> wanted, IReadOnlyDictionary<string, string> found)
    {
        var differences = new List<string>();
        foreach (var (name, value) in wanted.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
            if (!found.TryGetValue(name, out var actual))
                differences.Add($"{name} wanted {value}, found none");
            else if (!IsSame(value, actual))
                differences.Add($"{name} wanted {value}, found {actual}");
        return differences;
    }

    /// <summary>
    /// Policies are JSON, in which SQS may write numbers as numbers or as text, and members in any order.
    /// </summary>
    private static bool IsSame(string wanted, string found)
    {
        if (string.Equals(wanted, found, StringComparison.OrdinalIgnoreCase))
            return true;
        return wanted.StartsWith('{') && found.StartsWith('{')
            && TryParse(wanted) is { } left && TryParse(found) is { } right
            && JsonNode.DeepEquals(WithTextNumbers(left), WithTextNumbers(right));
    }

    private static JsonObject? TryParse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonObject WithTextNumbers(JsonObject json)
    {
        foreach (var (name, value) in json.ToArray())
            if (value?.GetValueKind() == JsonValueKind.Number)
                json[name] = value.ToString();
        return json;
    }
}
