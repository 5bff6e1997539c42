using MassTransit;
using WorkerFleet.Batches;
using WorkerFleet.Completions;
using WorkerFleet.Messaging;

namespace WorkerFleet.Tests.Upgrade;

/// <summary>The types of messages of this version: all that a consumer or the saga takes.</summary>
internal static class WireTypes
{
    public static IReadOnlyDictionary<string, Type> ByName { get; } = Consumed().Concat(Saga()).Distinct()
        .ToDictionary(type => type.Name);

    private static IEnumerable<Type> Consumed() => typeof(FleetTopology).Assembly.GetTypes()
        .SelectMany(type => type.GetInterfaces())
        .Where(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IConsumer<>))
        .Select(contract => contract.GenericTypeArguments[0])
        // Which agents write, and not the fleet: a sample of its own.
        .Where(type => type != typeof(AgentEvent));

    private static IEnumerable<Type> Saga() => typeof(BatchStateMachine).GetProperties()
        .Where(property => property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(Event<>))
        .Select(property => property.PropertyType.GenericTypeArguments[0]);
}
