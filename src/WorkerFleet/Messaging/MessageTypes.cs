using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Dispatch;
using WorkerFleet.Items;

namespace WorkerFleet.Messaging;

/// <summary>The messages that the durable schedule can carry, by name.</summary>
public static class MessageTypes
{
    private static readonly Dictionary<string, Type> ByName = new[]
    {
        typeof(ProcessBatchItem), typeof(SubmitBatch), typeof(PauseBatch), typeof(ResumeBatch), typeof(CancelBatch),
        typeof(RedriveBatch), typeof(SetLimits), typeof(ReplayItems), typeof(BatchDeadlineReached), typeof(ReopenItems),
    }.ToDictionary(type => type.Name);

    public static string NameOf(Type type) =>
        ByName.ContainsKey(type.Name)
            ? type.Name
            : throw new ArgumentException($"{type} cannot be scheduled: it is not listed in {nameof(MessageTypes)}.");

    /// <param name="name">Name of the type.</param>
    /// <param name="body">The message as JSON.</param>
    /// <param name="message">The message.</param>
    /// <param name="problem">Why it cannot be read: an unknown type, as from a newer version, or a damaged body.</param>
    public static bool TryDeserialize(
        string name, string body,
        [NotNullWhen(true)] out object? message, [NotNullWhen(false)] out string? problem)
    {
        (message, problem) = (null, null);
        if (!ByName.TryGetValue(name, out var type))
            problem = $"{name} is no type of message that this version knows";
        else
            try
            {
                message = JsonSerializer.Deserialize(body, type, FleetJson.Options);
                problem = message is null ? $"the {name} is empty" : null;
            }
            catch (JsonException exception)
            {
                problem = $"the {name} is damaged: {exception.Message}";
            }

        return message is not null;
    }
}
