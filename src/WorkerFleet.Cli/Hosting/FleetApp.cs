using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog;
using WorkerFleet.AgentCore;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Options;
using WorkerFleet.Messaging;
using WorkerFleet.Sqlite;

namespace WorkerFleet.Cli.Hosting;

/// <summary>The fleet over one data folder: to look at, or (once started) to drive batches.</summary>
internal sealed class FleetApp : IAsyncDisposable
{
    /// <summary>How long items in flight get to finish when the process is asked to stop.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30);

    private readonly IHost _host;
    private Task? _start;

    private FleetApp(IHost host) => _host = host;

    public BatchQueries Queries => Get<BatchQueries>();

    public BatchController Controller => Get<BatchController>();

    /// <summary>Cancelled when the fleet stops, by itself too.</summary>
    public CancellationToken Stopping => Get<IHostApplicationLifetime>().ApplicationStopping;

    /// <summary>Opens the folder to look at it and to give commands.</summary>
    /// <exception cref="UserErrorException">There is no store in the folder.</exception>
    public static FleetApp Open(CliContext cli, CommonValues common)
    {
        if (!Directory.Exists(common.DataFolder))
            throw new UserErrorException(
                $"There are no batches: {common.DataFolder} does not exist. 'fleet run' makes it; " +
                "to look into another folder, name it with --data");
        return Build(cli, common, concurrency: null);
    }

    /// <summary>Opens the folder, making it where needed, with everything that drives batches.</summary>
    /// <exception cref="UserErrorException">The folder cannot be written to.</exception>
    public static FleetApp OpenToDrive(CliContext cli, CommonValues common, int concurrency)
    {
        if (FolderAccess.ProblemOf(common.DataFolder) is { } problem)
            throw new UserErrorException($"--data {common.DataArgument ?? common.DataFolder}: {problem}");
        return Build(cli, common, concurrency);
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>
    /// Starts what drives batches. May be called ahead, so that it starts while something else is prepared.
    /// </summary>
    /// <exception cref="AgentConfigurationException">At once, when the agents are badly configured.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the host starts: a host that fails to start would log it, too.
        _ = Get<IAgentCatalog>();
        // Not to be broken off halfway: what has started can be stopped in order.
        _start ??= Task.Run(() => _host.StartAsync(CancellationToken.None), CancellationToken.None);
        return _start.WaitAsync(cancellationToken);
    }

    /// <summary>Stops taking items up, and waits for those in flight.</summary>
    public async Task StopAsync()
    {
        if (_start is not { } start)
            return;
        _start = null;
        // A start that failed is told to whoever waits for it.
        await Task.WhenAny(start);
        if (!start.IsCompletedSuccessfully)
            return;
        using var limit = new CancellationTokenSource(DrainTime);
        await _host.StopAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            _host.Dispose();
    }

    private static FleetApp Build(CliContext cli, CommonValues common, int? concurrency)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var services = builder.Services;
        services.AddLogging(logging => logging.AddSerilog(FleetLogging.Create(cli, common), dispose: true));
        services.AddSingleton(cli.Time);
        services.AddSingleton(common.Configuration);
        services.AddHttpAgents();
        services.AddAgents(common.Configuration);
        services.AddSqliteStore(common.DataFolder);
        services.AddFleet();
        services.AddSingleton<ItemInput>();
        if (concurrency is { } invocations)
            services.AddEmbeddedFleet(invocations);
        services.Configure<HostOptions>(options => options.ShutdownTimeout = DrainTime);
        // Signals are handled here: the default lifetime would stop the host beside the commands, and print.
        services.AddSingleton<IHostLifetime, CommandLifetime>();
        return new FleetApp(builder.Build());
    }

    private sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
