using System.Collections.Concurrent;
using System.Net.Mime;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;
using WorkerFleet.Sqlite;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Upgrade;

/// <summary>
/// A fleet all of whose messages are changed on their way: as if whoever sends each of them were of another version than
/// whoever reads it.
/// </summary>
internal sealed class MixedFleet : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly IHost _host;

    private MixedFleet(IAgentCatalog agents, Func<JsonNode, JsonNode> change)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton(agents).AddSqliteStore(_folder["data"]).AddFleet()
            .AddFleetProcess(FleetRoles.Worker | FleetRoles.Orchestrator, new WorkerOptions { Concurrency = 8 });
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddFleetConsumers();
            bus.UsingInMemory((context, configurator) =>
            {
                configurator.ClearSerialization();
                var format = new Format(change, Travelled);
                configurator.AddSerializer(format);
                configurator.AddDeserializer(format, isDefault: true);
                foreach (var priority in Enum.GetValues<BatchPriority>())
                    configurator.ReceiveItems(context, TransportEndpoints.InMemory, priority, FleetTopology.ConsumersFor(8));
                configurator.ReceiveOrchestration(context, TransportEndpoints.InMemory);
            });
        });
        _host = builder.Build();
    }

    /// <summary>How many messages of each type have travelled.</summary>
    public ConcurrentDictionary<string, int> Travelled { get; } = [];

    public static async Task<MixedFleet> StartAsync(IAgentCatalog agents, Func<JsonNode, JsonNode> change)
    {
        var fleet = new MixedFleet(agents, change);
        await fleet._host.StartAsync();
        return fleet;
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _folder.Dispose();
    }

    private sealed class Format(Func<JsonNode, JsonNode> change, ConcurrentDictionary<string, int> travelled)
        : ISerializerFactory, IMessageSerializer
    {
        private readonly SystemTextJsonMessageSerializer _json = SystemTextJsonMessageSerializer.Instance;

        public ContentType ContentType => SystemTextJsonMessageSerializer.JsonContentType;

        public IMessageSerializer CreateSerializer() => this;

        public IMessageDeserializer CreateDeserializer() => _json;

        public MessageBody GetMessageBody<T>(SendContext<T> context)
            where T : class
        {
            var envelope = JsonNode.Parse(_json.GetMessageBody(context).GetString())!;
            travelled.AddOrUpdate(typeof(T).Name, 1, (_, count) => count + 1);
            return new StringMessageBody(change(envelope).ToJsonString());
        }
    }
}
