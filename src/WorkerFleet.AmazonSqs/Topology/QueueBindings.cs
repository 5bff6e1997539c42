using System.Collections.Concurrent;
using System.Collections.Immutable;
using MassTransit;

namespace WorkerFleet.AmazonSqs.Topology;

/// <summary>Which queues get a copy of what is published.</summary>
internal sealed class QueueBindings
{
    private readonly ConcurrentDictionary<string, ImmutableSortedSet<string>> _queuesByType = new(
        StringComparer.Ordinal);

    /// <summary>Whether bindings were configured; if not, receive endpoints add their own.</summary>
    public bool AreConfigured { get; private set; }

    public void Configure(Type messageType, string queueName)
    {
        AreConfigured = true;
        Add(messageType, queueName);
    }

    public void Add(Type messageType, string queueName) =>
        _queuesByType.AddOrUpdate(
            MessageUrn.ForTypeString(messageType),
            _ => ImmutableSortedSet.Create(StringComparer.Ordinal, queueName),
            (_, queues) => queues.Add(queueName));

    public bool Contains(Type messageType, string queueName) =>
        _queuesByType.TryGetValue(MessageUrn.ForTypeString(messageType), out var queues) && queues.Contains(queueName);

    /// <param name="messageTypes">URNs of the message's type and of all it can be consumed as.</param>
    public IReadOnlyCollection<string> QueuesOf(IReadOnlyList<string> messageTypes)
    {
        var found = ImmutableSortedSet<string>.Empty;
        foreach (var type in messageTypes)
            if (_queuesByType.TryGetValue(type, out var queues))
                found = found.IsEmpty ? queues : found.Union(queues);
        return found;
    }
}
