using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Messaging;
using WorkerFleet.Workers;

namespace WorkerFleet.AmazonSqs.Fleet;

/// <summary>Registers a process of a fleet that meets at Amazon SQS.</summary>
public static class AmazonSqsFleet
{
    /// <summary>
    /// Items of a priority that a worker holds, most of them waiting: so that one batch that is held up by its own limit
    /// does not keep the worker from seeing the next. Fewer than on RabbitMQ, since to hold on to ten costs a request each
    /// half of the visibility timeout; SQS sees to it that no batch waits behind the messages of another.
    /// </summary>
    private const int WaitingItems = 256;

    /// <param name="services">The container; needs <c>AddFleet</c>, a store and agents as well.</param>
    /// <param name="options">The queues.</param>
    /// <param name="roles">What the process does.</param>
    /// <param name="worker">How it works on items, where it does.</param>
    public static IServiceCollection AddAmazonSqsFleet(
        this IServiceCollection services, AmazonSqsOptions options, FleetRoles roles, WorkerOptions worker)
    {
        var topology = new AmazonSqsTopology(options);
        services.AddSingleton(options);
        services.AddSingleton(topology);
        services.AddSingleton(topology.Addresses);
        // Before the bus, so that it counts what the bus does to the end.
        services.AddHostedService<SqsUsageReport>();
        services.AddHostedService<SqsReadiness>();
        services.AddFleetProcess(roles, worker);
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddFleetConsumers();
            bus.UsingAmazonSqs((context, configurator) =>
            {
                configurator.UseCompactJson();
                configurator.Host(options.Region, host => host.Config(ClientOptionsOf(options)));
                topology.Declare(configurator);
                configurator.ConfigureSend(send => send.UseExecute(GroupByBatch));
                var transport = new TransportEndpoints(
                    topology.Addresses, topology.Configure, HandsBrokenMessagesOn: true);
                if (roles.HasFlag(FleetRoles.Worker))
                    foreach (var priority in Enum.GetValues<BatchPriority>())
                        configurator.ReceiveItems(context, transport, priority, Prefetch(worker));
                if (roles.HasFlag(FleetRoles.Orchestrator))
                    configurator.ReceiveOrchestration(context, transport);
            });
        });
        return services;
    }

    internal static SqsClientOptions ClientOptionsOf(AmazonSqsOptions options) =>
        new() { Region = options.Region, ServiceUrl = options.Endpoint };

    /// <summary>Makes fair queues of the items' ones: no batch waits because another has a million rows before it.</summary>
    private static void GroupByBatch(SendContext context)
    {
        if (context is SendContext<ProcessBatchItem> { Message: var item })
            context.TrySetGroupId(item.BatchId.ToString("N"));
    }

    private static int Prefetch(WorkerOptions worker) => worker.Concurrency + worker.Lookahead + WaitingItems;
}
