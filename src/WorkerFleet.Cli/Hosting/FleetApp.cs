using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog;
using WorkerFleet.AgentCore;
using WorkerFleet.AgentCore.DataPlane;
using WorkerFleet.Agents;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Items;
using WorkerFleet.Api.Submission;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Callbacks;
using WorkerFleet.Cli.Health;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Items;
using WorkerFleet.Messaging;
using WorkerFleet.Sqlite;
using WorkerFleet.Telemetry;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Hosting;

/// <summary>The fleet over its store: to look at, or (once started) to drive batches.</summary>
internal sealed class FleetApp : IAsyncDisposable
{
    /// <summary>How long a start gets to complete when the process is asked to stop, unless it waits for the broker.</summary>
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a process of the fleet waits for a file that something else keeps locked. What fails is delivered again
    /// and again, so it waits longer than a person at a command would.
    /// </summary>
    private static readonly TimeSpan FleetLockTimeout = TimeSpan.FromMinutes(1);

    private readonly IHost _host;
    private readonly CancellationTokenSource _abandonStart = new();
    private Task? _start;
    private IDisposable? _entered;
    private bool _waitsForBroker;

    private FleetApp(IHost host)
    {
        _host = host;
        // Before anything of the fleet, so that its first spans count. It ends with the host, after all that it tells of.
        if (host.Services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(TelemetryExport)))
            _ = host.Services.GetRequiredService<TelemetryExport>();
    }

    public BatchQueries Queries => Get<BatchQueries>();

    public BatchController Controller => Get<BatchController>();

    /// <summary>How long items in flight get to finish when the process is asked to stop, for people.</summary>
    public string DrainTime => Durations.Format(Get<DrainOptions>().Timeout);

    /// <summary>After <see cref="StopAsync"/>: what did not end in that time, for people; null where all did.</summary>
    public string? GivenUp => Get<InFlightItems>().GivenUp is > 0 and var rows
        ? $"{Figures.Count(rows, "row")} did not finish in time, and will be run again; {DrainSettings.Key} gives them longer."
        : null;

    /// <summary>Whether other processes drive what is submitted here.</summary>
    public bool IsDrivenElsewhere => Get<IBatchDrivers>() is FleetDrivers;

    /// <summary>Cancelled when the fleet stops, by itself too.</summary>
    public CancellationToken Stopping => Get<IHostApplicationLifetime>().ApplicationStopping;

    /// <summary>Opens the store to look at it and to give commands.</summary>
    /// <exception cref="UserErrorException">There is no store in the data folder.</exception>
    public static FleetApp Open(CliContext cli, CommonValues common)
    {
        if (!StoreChoice.Of(common).MayHoldBatches)
            throw new UserErrorException(
                $"There are no batches: {common.DataFolder} does not exist. 'fleet run' makes it; " +
                "to look into another folder, name it with --data");
        return Build(cli, common, services =>
        {
            if (BrokerChoice.IsConfigured(common))
                services.AddSingleton<IBatchDrivers, FleetDrivers>();
        });
    }

    /// <summary>Opens the store, making its folder where needed, with everything that drives batches.</summary>
    /// <exception cref="UserErrorException">The folder cannot be written to.</exception>
    public static FleetApp OpenToDrive(CliContext cli, CommonValues common, int concurrency)
    {
        CheckWritable(common);
        if (!StoreChoice.Of(common).IsLocal)
            throw new UserErrorException(
                $"{AwsSettingsReader.StoreKey} is dynamodb, a store for the processes of a fleet: hand the batch to them " +
                "with 'fleet submit', or run it by itself in a data folder, with the variable FLEET__STORE=sqlite");
        return Build(cli, common, services =>
        {
            TelemetryChoice.AddToCommand(services, cli, common, TelemetryChoice.Run);
            services.AddCallbacks(common.Configuration, listens: true).AddEmbeddedFleet(concurrency);
        }).Enter(
            StoreMode.Embedded,
            "is in use by a fleet, whose processes would take this batch for their own. Hand it to them with " +
            "'fleet submit', or name another folder with --data. Commands to a fleet's batches need its broker's " +
            "address, in Fleet:Broker or the variable FLEET__BROKER, or Fleet:Transport = AmazonSqs");
    }

    /// <summary>Opens the store to submit batches to the fleet, making its folder where needed.</summary>
    public static FleetApp OpenToSubmit(CliContext cli, CommonValues common) => Build(
        cli, common, services =>
        {
            TelemetryChoice.AddToCommand(services, cli, common, TelemetryChoice.Submit);
            services.AddSingleton<IBatchDrivers, FleetDrivers>();
        });

    /// <summary>Opens the store to serve the API beside it.</summary>
    /// <exception cref="UserErrorException">The folder cannot be written to.</exception>
    public static FleetApp OpenApi(CliContext cli, CommonValues common, ApiOptions options)
    {
        CheckWritable(common);
        return BuildWithApi(cli, common, options, services =>
        {
            TelemetryChoice.AddToProcess(services, cli, common, TelemetryChoice.Api);
            services.AddFleetHealth(common.Configuration);
            if (BrokerChoice.IsConfigured(common))
                services.AddSingleton<IBatchDrivers, FleetDrivers>();
            services.AddCallbacks(common.Configuration, listens: false);
        });
    }

    /// <summary>Opens the store as a process of the fleet.</summary>
    /// <param name="cli">The process.</param>
    /// <param name="common">Store and configuration.</param>
    /// <param name="roles">What it does.</param>
    /// <param name="concurrency">Items it works on at the same time.</param>
    /// <param name="api">Where it serves the API as well; null for nowhere.</param>
    /// <exception cref="UserErrorException">There is no broker, or what is configured is wrong.</exception>
    public static FleetApp OpenProcess(
        CliContext cli, CommonValues common, FleetRoles roles, int concurrency, ApiOptions? api = null)
    {
        var broker = BrokerChoice.Of(common);
        CheckWritable(common);
        var app = api is null
            ? Build(cli, common, Add, new SqliteStoreOptions { LockTimeout = FleetLockTimeout })
            : BuildWithApi(cli, common, api, Add);
        return app.Enter(
            StoreMode.Fleet,
            "is in use by a 'fleet run' or another command that drives batches by itself. Wait until it has ended, or " +
            "name another folder with --data");

        void Add(IServiceCollection services)
        {
            TelemetryChoice.AddToProcess(services, cli, common, TelemetryChoice.RoleOf(roles));
            services.AddFleetHealth(common.Configuration);
            services.AddSingleton<IBatchDrivers, FleetDrivers>();
            services.AddCallbacks(common.Configuration, listens: roles.HasFlag(FleetRoles.Orchestrator));
            services.AddSingleton(broker);
            if (roles.HasFlag(FleetRoles.Worker))
                services.AddEcs(EcsSettings.Read(common.Configuration, cli.Environment));
            broker.AddTo(services, roles, new WorkerOptions { Concurrency = concurrency });
        }
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>
    /// Starts what drives batches. May be called ahead, so that it starts while something else is prepared.
    /// </summary>
    /// <exception cref="AgentConfigurationException">At once, when the agents are badly configured.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_start is null)
        {
            // Most of a start: on another processor, while this one looks at the agents. It is needed before the host is.
            var bus = Task.Run(() => _host.Services.GetService<IBusControl>(), CancellationToken.None);
            // Before the host starts: a host that fails to start would log it, too.
            _ = Get<IAgentCatalog>();
            _start = Task.Run(
                async () =>
                {
                    await bus;
                    await _host.StartAsync(_abandonStart.Token);
                },
                CancellationToken.None);
        }
        return _start.WaitAsync(cancellationToken);
    }

    /// <summary>Stops taking items up, and waits for those in flight.</summary>
    public async Task StopAsync()
    {
        if (_start is not { } start)
            return;
        _start = null;
        // What has started can be stopped in order; so a start is not broken off, unless it waits for the broker.
        if (_waitsForBroker && await Task.WhenAny(start, Task.Delay(LongestStart, Get<TimeProvider>())) != start)
            await _abandonStart.CancelAsync();
        // A start that failed is told to whoever waits for it.
        await Task.WhenAny(start);
        if (!start.IsCompletedSuccessfully)
            return;
        using var limit = new CancellationTokenSource(Get<DrainOptions>().StopWithin);
        await _host.StopAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            _host.Dispose();
        _abandonStart.Dispose();
        _entered?.Dispose();
    }

    /// <exception cref="UserErrorException">Processes of the other mode use the store.</exception>
    private FleetApp Enter(StoreMode mode, string otherwise)
    {
        _waitsForBroker = mode == StoreMode.Fleet;
        _entered = Get<IStoreMode>().TryEnter(mode);
        if (_entered is not null)
            return this;
        _host.Dispose();
        throw new UserErrorException($"The data folder {otherwise}", ExitCodes.BadInput);
    }

    private static void CheckWritable(CommonValues common)
    {
        if (StoreChoice.Of(common).ProblemOfWriting() is { } problem)
            throw new UserErrorException(problem);
    }

    private static FleetApp Build(
        CliContext cli, CommonValues common, Action<IServiceCollection> addFleet, SqliteStoreOptions? store = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        Configure(builder.Services, cli, common, store);
        addFleet(builder.Services);
        return new FleetApp(builder.Build());
    }

    /// <summary>One host for the process and its API: they start and stop together.</summary>
    private static FleetApp BuildWithApi(
        CliContext cli, CommonValues common, ApiOptions api, Action<IServiceCollection> addFleet)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        Configure(builder.Services, cli, common, new SqliteStoreOptions { LockTimeout = FleetLockTimeout });
        addFleet(builder.Services);
        builder.Services.AddSingleton(common).AddSingleton(cli).AddSingleton<IBatchRequests, ApiRequests>();
        builder.AddFleetApi(api);
        var app = builder.Build();
        app.UseFleetApi();
        return new FleetApp(app);
    }

    private static void Configure(
        IServiceCollection services, CliContext cli, CommonValues common, SqliteStoreOptions? store)
    {
        services.AddLogging(logging => logging.AddSerilog(FleetLogging.Create(cli, common), dispose: true));
        services.AddSingleton(cli.Time);
        services.AddSingleton(common.Configuration);
        services.AddHttpAgents();
        services.AddAgentCore(common.Configuration);
        services.AddAgents(common.Configuration);
        StoreChoice.Of(common).AddTo(services, store);
        services.AddSingleton(ScaleSettings.Read(common.Configuration));
        services.AddSingleton(DrainSettings.Read(common.Configuration));
        services.AddFleet();
        services.AddSingleton<ItemInput>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<ItemReader>();
        services.AddOptions<HostOptions>().Configure<DrainOptions>(
            (options, drain) => options.ShutdownTimeout = drain.StopWithin);
        // Signals are handled here: the default lifetime would stop the host beside the commands, and print.
        services.AddSingleton<IHostLifetime, CommandLifetime>();
    }

    private sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
