using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Items;

namespace WorkerFleet.Messaging;

/// <summary>The messages that the durable schedule can carry, by name.</summary>
public static class MessageTypes
{
    private static readonly Dictionary<string, Type> ByName = new[]
    {
        typeof(ProcessBatchItem), typeof(SubmitBatch), typeof(PauseBatch), typeof(ResumeBatch), typeof(CancelBatch),
        typeof(RedriveBatch), typeof(ReplayItems), typeof(BatchDeadlineReached),
    }.ToDictionary(type => type.Name);

    public static string NameOf(Type type) =>
        ByName.ContainsKey(type.Name)
            ? type.Name
            : throw new ArgumentException($"{type} cannot be scheduled: it is not listed in {nameof(MessageTypes)}.");

    /// <exception cref="InvalidOperationException">An unknown type, as from a newer version.</exception>
    public static object Deserialize(string name, string body) =>
        ByName.TryGetValue(name, out var type)
            ? JsonSerializer.Deserialize(body, type, FleetJson.Options)
                ?? throw new InvalidOperationException($"The scheduled {name} is empty.")
            : throw new InvalidOperationException($"The schedule holds a message of the unknown type {name}.");
}
