using MassTransit;

namespace WorkerFleet.Messaging;

/// <summary>Where the fleet's queues are with the transport that is used.</summary>
/// <param name="Prefix">Before every queue's name, so that several fleets can share a broker; may be empty.</param>
/// <param name="Scheme">
/// How a queue is addressed: as <c>queue</c>; or, where a sender would declare the queue on its own terms, as the
/// <c>exchange</c> in front of it.
/// </param>
public sealed record QueueAddresses(string Prefix = "", string Scheme = "queue")
{
    private static readonly QueueAddresses Default = new();

    public string NameOf(string queue) => Prefix + queue;

    public Uri Of(string queue) => new($"{Scheme}:{NameOf(queue)}");

    /// <summary>Those of the transport that the message came by.</summary>
    public static QueueAddresses For(ConsumeContext context) =>
        context.TryGetPayload<QueueAddresses>(out var addresses) ? addresses : Default;
}
