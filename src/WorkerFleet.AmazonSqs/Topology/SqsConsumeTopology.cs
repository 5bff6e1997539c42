using MassTransit;

namespace WorkerFleet.AmazonSqs.Topology;

/// <summary>Names temporary queues so that there is room for <c>_skipped</c> behind.</summary>
internal sealed class SqsConsumeTopology() : ConsumeTopology(SqsQueueNames.MaxLength - "_skipped".Length);
