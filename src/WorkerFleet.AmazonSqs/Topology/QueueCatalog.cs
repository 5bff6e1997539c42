using System.Collections.Concurrent;

namespace WorkerFleet.AmazonSqs.Topology;

/// <summary>
/// The queues that the bus knows how to create: those it receives from, those beside them, and those it was told of.
/// </summary>
internal sealed class QueueCatalog
{
    private readonly ConcurrentDictionary<string, QueueSettings> _queues = new(StringComparer.Ordinal);

    /// <summary>Whether missing queues are created.</summary>
    public bool Declare { get; set; } = true;

    /// <summary>Attributes of every queue that has no other value for them.</summary>
    public Dictionary<string, object> Attributes { get; } = new(StringComparer.Ordinal);

    /// <summary>Tags of every queue that has no other value for them.</summary>
    public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    /// <summary>Changes nothing where the queue is known already.</summary>
    public void Add(QueueSettings settings) => _queues.TryAdd(settings.Name, settings);

    public QueueSettings GetOrAdd(string name) => _queues.GetOrAdd(name, key => new QueueSettings(key));

    public bool Contains(string name) => _queues.ContainsKey(name);

    /// <returns>Null for a queue that is none of the bus's own.</returns>
    public QueueSettings? Find(string name) => _queues.GetValueOrDefault(name);
}
