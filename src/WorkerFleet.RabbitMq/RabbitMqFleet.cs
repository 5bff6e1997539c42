using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;

namespace WorkerFleet.RabbitMq;

/// <summary>Registers a process of a fleet that meets at RabbitMQ.</summary>
public static class RabbitMqFleet
{
    /// <param name="services">The container; needs <c>AddFleet</c>, a store and agents as well.</param>
    /// <param name="options">The broker.</param>
    /// <param name="roles">What the process does.</param>
    /// <param name="prefetch">Items of each priority that a worker holds at the same time.</param>
    public static IServiceCollection AddRabbitMqFleet(
        this IServiceCollection services, RabbitMqOptions options, FleetRoles roles, int prefetch)
    {
        var topology = new RabbitMqTopology(options);
        services.AddSingleton(options);
        services.AddSingleton(topology);
        services.AddSingleton(topology.Addresses);
        services.AddSingleton<QueueKeeper>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<QueueKeeper>());
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
                var transport = new TransportEndpoints(topology.Addresses, topology.Configure, HandsBrokenMessagesOn: true);
                if (roles.HasFlag(FleetRoles.Worker))
                    foreach (var priority in Enum.GetValues<BatchPriority>())
                        configurator.ReceiveItems(context, transport, priority, prefetch);
                if (roles.HasFlag(FleetRoles.Orchestrator))
                    configurator.ReceiveOrchestration(context, transport);
            });
        });
        return services.AddFleetProcess(roles);
    }
}
