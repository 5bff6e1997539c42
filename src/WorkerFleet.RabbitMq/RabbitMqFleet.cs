using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;
using WorkerFleet.Workers;

namespace WorkerFleet.RabbitMq;

/// <summary>Registers a process of a fleet that meets at RabbitMQ.</summary>
public static class RabbitMqFleet
{
    /// <summary>
    /// Items of a priority that a worker holds, most of them waiting: more than it works on by what two batches can have
    /// outstanding (two slices of the usual size each, see <see cref="DispatchWindow"/>), so that one that is held up
    /// by its own limit does not keep the worker from seeing the next.
    /// </summary>
    private const int WaitingItems = 1_024;

    /// <param name="services">The container; needs <c>AddFleet</c>, a store and agents as well.</param>
    /// <param name="options">The broker.</param>
    /// <param name="roles">What the process does.</param>
    /// <param name="worker">How it works on items, where it does.</param>
    public static IServiceCollection AddRabbitMqFleet(
        this IServiceCollection services, RabbitMqOptions options, FleetRoles roles, WorkerOptions worker)
    {
        var topology = new RabbitMqTopology(options);
        services.AddSingleton(options);
        services.AddSingleton(topology);
        services.AddSingleton(topology.Addresses);
        services.AddHostedService<QueueKeeper>();
        // Before the bus, so that it outlives what the bus delivers when the process stops.
        services.AddFleetProcess(roles, worker);
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddFleetConsumers();
            bus.UsingRabbitMq((context, configurator) =>
            {
                configurator.UseCompactJson();
                BrokerConnections.Configure(configurator, options, $"fleet {roles.ToString().ToLowerInvariant()}");
                // What no queue takes would vanish: it is to fail, and be sent again once the queue is there.
                configurator.ConfigureSend(send => send.UseExecute(context =>
                {
                    if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                        rabbit.Mandatory = true;
                }));
                var lost = ActivatorUtilities.CreateInstance<LostConnectionFilter>(context);
                var transport = new TransportEndpoints(
                    topology.Addresses, (endpoint, queue) => topology.Configure(endpoint, queue, lost),
                    HandsBrokenMessagesOn: true);
                if (roles.HasFlag(FleetRoles.Worker))
                    foreach (var priority in Enum.GetValues<BatchPriority>())
                        configurator.ReceiveItems(context, transport, priority, Prefetch(worker));
                if (roles.HasFlag(FleetRoles.Orchestrator))
                    configurator.ReceiveOrchestration(context, transport);
            });
        });
        return services;
    }

    private static int Prefetch(WorkerOptions worker) =>
        Math.Min(worker.Concurrency + worker.Lookahead + WaitingItems, ushort.MaxValue);
}
