using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Completions;
using WorkerFleet.DeadLetters;
using WorkerFleet.Dispatch;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Results;
using WorkerFleet.Scaling;
using WorkerFleet.Scheduling;
using WorkerFleet.Sources;
using WorkerFleet.Workers;

namespace WorkerFleet.Messaging;

/// <summary>Registers the fleet.</summary>
public static class FleetServices
{
    /// <summary>
    /// What every process needs to look at batches and to give commands: queries, controller, submitter, exporter, audit,
    /// cleaner. Needs a store (such as <c>AddSqliteStore</c>) and agents (<c>AddAgents</c>).
    /// </summary>
    public static IServiceCollection AddFleet(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ISourceReader, SourceReader>();
        services.AddSingleton<SourceIngest>();
        services.AddSingleton<BatchSubmitter>();
        services.AddSingleton<BatchController>();
        services.AddSingleton<BatchQueries>();
        services.AddSingleton<LetterArchive>();
        services.AddSingleton<BatchCleaner>();
        services.AddSingleton(provider => new ExportLocations(provider.GetServices<IExportLocation>()));
        services.AddSingleton<ResultExporter>();
        services.AddSingleton<ResultStreams>();
        services.AddSingleton<LedgerAudit>();
        services.TryAddSingleton(new ScaleOptions());
        services.TryAddSingleton<ScaleReader>();
        return services;
    }

    /// <summary>
    /// Beside <see cref="AddFleet"/>: the whole fleet in this process on an in-memory bus (hosted services that start with
    /// the host). It drives the batches that are put into <see cref="DrivenBatches"/>.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="concurrency">Invocations at the same time in this process; sizes prefetch and consumers.</param>
    public static IServiceCollection AddEmbeddedFleet(this IServiceCollection services, int concurrency)
    {
        services.AddSingleton<DrivenBatches>();
        AddParts(services);
        AddWorker(services, new() { Concurrency = concurrency, Embedded = true });
        AddOrchestrator(services);

        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddFleetConsumers();
            bus.UsingInMemory((context, configurator) =>
            {
                configurator.UseCompactJson();
                configurator.SendItemsBare();
                foreach (var priority in Enum.GetValues<BatchPriority>())
                    configurator.ReceiveItems(
                        context, TransportEndpoints.InMemory, priority, FleetTopology.ConsumersFor(concurrency));
                configurator.ReceiveOrchestration(context, TransportEndpoints.InMemory);
            });
        });
        AddHostOptions(services);
        return services;
    }

    /// <summary>
    /// Beside <see cref="AddFleet"/>: one process of a fleet of many, which meet at a broker. The transport adds the bus.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="roles">What the process does.</param>
    /// <param name="options">How it works on items, where it does.</param>
    public static IServiceCollection AddFleetProcess(
        this IServiceCollection services, FleetRoles roles, WorkerOptions options)
    {
        services.AddSingleton(new DrivenBatches { All = true });
        AddParts(services);
        if (roles.HasFlag(FleetRoles.Worker))
            AddWorker(services, options);
        if (roles.HasFlag(FleetRoles.Orchestrator))
        {
            services.AddSingleton(new FleetRole(FleetRole.Orchestrator));
            services.AddSingleton<IBusyBatches>(provider => provider.GetRequiredService<Aggregator>());
            AddOrchestrator(services);
            AddHosted<ScaleWatch>(services);
        }

        services.AddHeartbeat();
        AddHostOptions(services);
        return services;
    }

    /// <summary>
    /// Beside <see cref="AddFleet"/>: what a process needs to take in what agents tell of background tasks.
    /// </summary>
    public static IServiceCollection AddCompletions(this IServiceCollection services)
    {
        services.TryAddSingleton<CompletionRecorder>();
        services.TryAddSingleton(new CallbackOptions());
        if (services.All(service => service.ServiceType != typeof(BatchDirectory)))
            AddHosted<BatchDirectory>(services);
        return services;
    }

    /// <summary>What several roles need. Costs nothing until it is used.</summary>
    private static void AddParts(IServiceCollection services)
    {
        services.AddSingleton<FleetBus>();
        services.TryAddSingleton<WorkerIdentity>();
        services.AddSingleton<InFlightItems>();
        services.AddSingleton<ItemOutcomes>();
        services.AddSingleton<AcceptedItems>();
        services.AddSingleton<CompletionRecorder>();
        services.TryAddSingleton(new CallbackOptions());
        services.AddSingleton<CallbackAddresses>();
        services.AddSingleton<LiveWorkers>();
        services.AddSingleton<ItemResumption>();
        services.AddSingleton<AgentInvoker>();
        services.AddSingleton<AgentMeter>();
        services.AddSingleton<ItemProcessor>();
        services.AddSingleton<BatchSource>();
        services.AddSingleton<LargeInputs>();
        services.AddSingleton<ItemSender>();
        services.AddSingleton<BatchVerbs>();
        services.AddSingleton<Dispatcher>();
        services.AddSingleton<BatchEnds>();
        services.AddSingleton<Aggregator>();
        services.AddSingleton<HeadStarts>();
        services.AddSingleton<LeaseHolder>();
        AddHosted<BatchDirectory>(services);
        AddHosted<ExhaustedReporter>(services);
    }

    private static void AddWorker(IServiceCollection services, WorkerOptions options) =>
        services.AddFleetWorker(options);

    private static void AddOrchestrator(IServiceCollection services)
    {
        AddHosted<ScheduleSweeper>(services);
        AddHosted<Reconciler>(services);
        AddHosted<CompletionPoller>(services);
        services.AddHostedService(provider => provider.GetRequiredService<HeadStarts>());
    }

    private static void AddHostOptions(IServiceCollection services)
    {
        services.TryAddSingleton(new DrainOptions());
        services.AddOptions<MassTransitHostOptions>().Configure<DrainOptions>((options, drain) =>
        {
            options.WaitUntilStarted = true;
            options.StopTimeout = drain.StopWithin;
            options.ConsumerStopTimeout = drain.Timeout;
        });
    }

    private static void AddHosted<T>(IServiceCollection services)
        where T : class, Microsoft.Extensions.Hosting.IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
