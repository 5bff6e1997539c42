using System.Reflection;
using System.Text.Json;
using WorkerFleet.Access;
using WorkerFleet.Api.Submission;
using WorkerFleet.Batches;
using WorkerFleet.Completions;
using WorkerFleet.Items;
using WorkerFleet.Messaging;
using WorkerFleet.Results;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Upgrade;

/// <summary>What lies in a store or a folder as JSON, or comes from agents, and how it is written.</summary>
internal static class StoredTypes
{
    public static IReadOnlyDictionary<string, (Type Type, JsonSerializerOptions Options)> ByName { get; } =
        new Dictionary<string, (Type, JsonSerializerOptions)>
        {
            [nameof(BatchState)] = (typeof(BatchState), FleetJson.Options),
            [nameof(WorkerRecord)] = (typeof(WorkerRecord), FleetJson.Options),
            [nameof(ApiKey)] = (typeof(ApiKey), FleetJson.Options),
            [nameof(ItemFailure)] = (typeof(ItemFailure), FleetJson.Options),
            [nameof(AttemptDetail)] = (typeof(AttemptDetail), FleetJson.Options),
            [nameof(AgentEvent)] = (typeof(AgentEvent), FleetJson.Options),
            [nameof(IdempotencyRecord)] = (typeof(IdempotencyRecord), JsonSerializerOptions.Default),
            [nameof(ExportManifest)] = (typeof(ExportManifest), ResultJson.Options),
            [nameof(BatchSummary)] = (typeof(BatchSummary), ResultJson.Options),
        };

    /// <summary>The enumerations in messages and records: some are kept by number.</summary>
    public static IReadOnlyDictionary<string, Type> Enumerations { get; } = ByName.Values.Select(stored => stored.Type)
        .Concat(WireTypes.ByName.Values)
        .Aggregate(new HashSet<Type>(), (seen, type) => Walk(type, seen))
        .Where(type => type.IsEnum)
        .ToDictionary(type => type.Name);

    private static HashSet<Type> Walk(Type type, HashSet<Type> seen)
    {
        foreach (var part in type.GenericTypeArguments)
            Walk(part, seen);
        if (type.Assembly == typeof(FleetJson).Assembly && seen.Add(type) && !type.IsEnum)
            foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public))
                Walk(property.PropertyType, seen);
        return seen;
    }
}
