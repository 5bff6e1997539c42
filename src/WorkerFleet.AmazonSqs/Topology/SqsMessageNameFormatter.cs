using MassTransit.Transports;

namespace WorkerFleet.AmazonSqs.Topology;

/// <summary>
/// Names message types as MassTransit's own package names the topics: Name_Space-Outer_Inner, with generic arguments.
/// </summary>
internal sealed class SqsMessageNameFormatter : IMessageNameFormatter
{
    private readonly DefaultMessageNameFormatter _formatter = new("__", "--", "-", "_");

    // Neither queues nor topics have dots in their names.
    public string GetMessageName(Type type) => _formatter.GetMessageName(type).Replace('.', '_');
}
