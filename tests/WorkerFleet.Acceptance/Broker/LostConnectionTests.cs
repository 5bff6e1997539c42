using System.Reflection;
using System.Text;
using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Agents;
using WorkerFleet.DeadLetters;
using WorkerFleet.Messaging;
using WorkerFleet.RabbitMq;
using WorkerFleet.Sqlite;

namespace WorkerFleet.Acceptance.Broker;

/// <summary>
/// The client library loses a connection and tells nobody, as RabbitMQ.Client 7.1.2 now and then does when a broker goes
/// while messages are being sent. Brought about here by its private parts: how often it happens by itself is chance.
/// </summary>
[Collection(RabbitMqTests.Name)]
public sealed class LostConnectionTests(RabbitMqBroker broker) : IAsyncLifetime
{
    private readonly string _prefix = RabbitMqBroker.NewPrefix();
    private readonly Workspace _workspace = Workspace.Create();
    private Microsoft.Extensions.Hosting.IHost _fleet = null!;

    public async Task InitializeAsync()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            [RabbitMqOptionsReader.BrokerKey] = broker.Uri.ToString(),
            ["Fleet:RabbitMq:Prefix"] = _prefix,
        }).Build();
        var options = RabbitMqOptionsReader.Read(configuration, [])!;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging().AddAgents(configuration).AddSqliteStore(_workspace[".fleet"]).AddFleet();
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.AddRabbitMqFleet(options, FleetRoles.Orchestrator, new() { Concurrency = 1 });
        _fleet = builder.Build();
        await _fleet.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _fleet.StopAsync();
        _fleet.Dispose();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await broker.PurgeAndDeleteQueuesAsync(_prefix, limit.Token);
        await _workspace.DisposeAsync();
    }

    [Fact]
    public async Task Connection_LostUnnoticed_IsReplacedForSendersAndConsumers()
    {
        await SendAndReceiveAsync("before");
        var lost = await FindConnectionAsync() ?? throw new InvalidOperationException("There is no connection.");

        await LoseUnnoticedAsync(lost);

        await Wait.UntilAsync(
            async () => await FindConnectionAsync() is { } connection && connection != lost, "another connection");
        await SendAndReceiveAsync("after");
    }

    /// <summary>By the dead-letter queue, whose consumer files what it gets.</summary>
    private async Task SendAndReceiveAsync(string id)
    {
        var message = new BrokenMessage(id, "items", "a test", Encoding.UTF8.GetBytes(id), DateTimeOffset.UnixEpoch);
        await Wait.UntilAsync(() => TrySendAsync(message), $"{id} to be sent");
        var filed = _fleet.Services.GetRequiredService<IBrokenMessages>();
        await Wait.UntilAsync(
            async () => (await filed.ReadAsync(10, CancellationToken.None)).Any(one => one.Id == id), $"{id} to be filed");
    }

    /// <summary>One that meets the change of connections may fail; whoever sends in a fleet tries again.</summary>
    private async ValueTask<bool> TrySendAsync(BrokenMessage message)
    {
        try
        {
            await _fleet.Services.GetRequiredService<FleetBus>().SendAsync(
                QueueNames.DeadLetter, message, CancellationToken.None);
            return true;
        }
        catch (Exception exception) when (IsOfTheChange(exception))
        {
            return false;
        }
    }

    /// <returns>Null while connections change.</returns>
    private async Task<IConnection?> FindConnectionAsync()
    {
        var host = (IRabbitMqHostConfiguration)_fleet.Services.GetRequiredService<IBusInstance>().HostConfiguration;
        IConnection? connection = null;
        try
        {
            await host.ConnectionContextSupervisor.Send(
                Pipe.Execute<ConnectionContext>(context => connection = context.Connection), CancellationToken.None);
        }
        catch (Exception exception) when (IsOfTheChange(exception))
        {
            return null;
        }
        return connection;
    }

    private static bool IsOfTheChange(Exception exception) =>
        exception is ObjectDisposedException or ConnectionException or TimeoutException;

    /// <summary>Takes the connection for closed already, so that nobody is told, and then has it break.</summary>
    private static async Task LoseUnnoticedAsync(IConnection connection)
    {
        Field("_closeReason").SetValue(
            connection, new ShutdownEventArgs(ShutdownInitiator.Library, Constants.InternalError, "a test"));
        var frames = Field("_frameHandler").GetValue(connection)!;
        await (ValueTask)frames.GetType().GetMethod("CloseAsync")!.Invoke(frames, [CancellationToken.None])!;
        Assert.False(connection.IsOpen);

        FieldInfo Field(string name) =>
            connection.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!;
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
