using System.Text.Json;

namespace WorkerFleet.Acceptance.Broker;

/// <summary>Reads what <c>rabbitmqctl list_queues</c> prints, of RabbitMQ 3 and 4.</summary>
internal static class QueueList
{
    public static readonly IReadOnlyList<string> Command =
    [
        "--quiet", "list_queues", "--formatter", "json",
        "name", "type", "arguments", "messages_ready", "messages_unacknowledged", "consumers",
    ];

    public static IReadOnlyList<QueueInfo> Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return
        [
            .. document.RootElement.EnumerateArray()
                .Select(queue => new QueueInfo(
                    queue.GetProperty("name").GetString()!,
                    queue.GetProperty("type").ToString(),
                    ArgumentsOf(queue.GetProperty("arguments")),
                    NumberOf(queue, "messages_ready"),
                    NumberOf(queue, "messages_unacknowledged"),
                    (int)NumberOf(queue, "consumers")))
                .OrderBy(queue => queue.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Version 3 writes an argument as [name, type, value], version 4 as a member.</summary>
    private static Dictionary<string, string> ArgumentsOf(JsonElement arguments) =>
        arguments.ValueKind == JsonValueKind.Object
            ? arguments.EnumerateObject().ToDictionary(argument => argument.Name, argument => argument.Value.ToString())
            : arguments.EnumerateArray().ToDictionary(
                argument => argument[0].ToString(), argument => argument[argument.GetArrayLength() - 1].ToString());

    /// <summary>A queue that was declared a moment ago has no numbers yet.</summary>
    private static long NumberOf(JsonElement queue, string name) =>
        queue.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : 0;
}
