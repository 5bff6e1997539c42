using System.Text.Json;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Completions;
using WorkerFleet.DeadLetters;
using WorkerFleet.Dispatch;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Results;
using WorkerFleet.Scheduling;
using WorkerFleet.Sources;
using WorkerFleet.Sqlite;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Fakes;

/// <summary>
/// The parts of the flow over the real store in a folder of their own, on MassTransit's harness. Only the consumers that
/// are named are connected; what goes to the others is seen in <see cref="Sent"/>.
/// </summary>
internal sealed class FlowHarness : IAsyncDisposable
{
    public const int SliceSize = 4;

    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;
    private readonly BusWatch _watch;

    private FlowHarness(IReadOnlyList<(string Queue, Type Consumer)> consumers, WorkerOptions options)
    {
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton<ISourceReader>(Sources)
            .AddSingleton<IAgentCatalog>(Agents)
            .AddSingleton<IHostApplicationLifetime>(Lifetime)
            .AddSqliteStore(_folder["data"])
            .AddSingleton(options).AddSingleton<ItemReturn>()
            .AddSingleton<FleetBus>().AddSingleton<BatchDirectory>().AddSingleton<ExhaustedReporter>()
            .AddSingleton<InvocationGovernor>().AddSingleton<InFlightItems>().AddSingleton<ItemOutcomes>()
            .AddSingleton<AcceptedItems>().AddSingleton<CompletionRecorder>().AddSingleton<HeldItems>()
            .AddSingleton(new CallbackOptions()).AddSingleton<CallbackAddresses>().AddSingleton<ItemResumption>()
            .AddSingleton<LiveWorkers>()
            .AddSingleton<AgentInvoker>().AddSingleton<AgentMeter>().AddSingleton<LargeInputs>()
            .AddSingleton<ItemProcessor>().AddSingleton<WorkerIdentity>().AddSingleton<BatchSource>()
            .AddSingleton<ItemSender>().AddSingleton<Dispatcher>().AddSingleton<Aggregator>()
            .AddSingleton(ExportLocations.Local).AddSingleton<ResultExporter>().AddSingleton<HeadStarts>().AddSingleton<LeaseHolder>()
            .AddSingleton(new DrivenBatches { All = true });
        Faults.Decorate<ILedger>(services);
        Faults.Decorate<IJournal>(services);
        Faults.Decorate<ISchedule>(services);
        Faults.Decorate<IDeadLetters>(services);
        Faults.Decorate<IBatchStore>(services);
        Faults.Decorate<ILeases>(services);
        services.AddMassTransitTestHarness(bus =>
        {
            foreach (var (_, consumer) in consumers)
                bus.AddConsumer(consumer);
            bus.UsingInMemory((context, configurator) =>
            {
                foreach (var (queue, consumer) in consumers)
                    configurator.ReceiveEndpoint(queue, endpoint =>
                    {
                        endpoint.ConnectReceiveEndpointObserver(context.GetRequiredService<ItemReturn>());
                        endpoint.ConfigureConsumer(context, consumer);
                    });
            });
        });
        _services = services.BuildServiceProvider(validateScopes: true);
        Bus = _services.GetRequiredService<ITestHarness>();
        _watch = new(Bus.Bus);
    }

    public ManualTime Time { get; } = new();

    public InMemorySources Sources { get; } = new();

    public TestAgents Agents { get; } = new();

    public StubLifetime Lifetime { get; } = new();

    public Faults Faults { get; } = new();

    public string Output => _folder["out"];

    public ITestHarness Bus { get; }

    public ILedger Ledger => Get<ILedger>();

    public static Task<FlowHarness> StartAsync(params IReadOnlyList<(string Queue, Type Consumer)> consumers) =>
        StartAsync(new() { Embedded = true }, consumers);

    public static async Task<FlowHarness> StartAsync(
        WorkerOptions options, params IReadOnlyList<(string Queue, Type Consumer)> consumers)
    {
        var harness = new FlowHarness(consumers, options);
        await harness.Bus.Start();
        await harness.Get<ExhaustedReporter>().StartAsync(CancellationToken.None);
        return harness;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await Get<ExhaustedReporter>().StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        Lifetime.Dispose();
        _folder.Dispose();
    }

    /// <summary>A batch of that many good rows, none of them dispatched.</summary>
    public Task<BatchState> AddBatchAsync(int rows, Action<BatchState>? change = null) => AddBatchAsync(
        [.. Enumerable.Range(0, rows).Select(i => InMemorySources.Csv(i, ["a"], $"a{i}"))], change);

    public async Task<BatchState> AddBatchAsync(IReadOnlyList<SourceRow> rows, Action<BatchState>? change = null)
    {
        var id = Guid.CreateVersion7();
        Sources.Put($"sources/{id:N}", rows);
        var batch = new BatchState
        {
            CorrelationId = id,
            CurrentState = BatchStatus.Dispatching,
            SourceBlob = $"sources/{id:N}",
            TotalRows = rows.Count,
            SubmittedAt = Time.GetUtcNow(),
            SourceStart = InMemorySources.PositionOf(0),
            Cursor = InMemorySources.PositionOf(0),
            Spec = new()
            {
                Name = "test.csv",
                Source = new() { Columns = ["a"] },
                Agents = new() { Default = TestAgents.Name },
                Limits = new() { SliceSize = SliceSize },
            },
        };
        change?.Invoke(batch);
        await Get<IBatchStore>().InsertAsync(batch, CancellationToken.None);
        return batch;
    }

    /// <summary>Stores a change that the saga would have made, and lets this process know of it.</summary>
    public async Task ChangeAsync(BatchState batch, Action<BatchState> change)
    {
        var store = Get<IBatchStore>();
        var stored = (await store.FindAsync(batch.CorrelationId, CancellationToken.None))!;
        change(stored);
        await store.UpdateAsync(stored, stored.Version++, CancellationToken.None);
        await Get<BatchDirectory>().RefreshAsync(batch.CorrelationId, CancellationToken.None);
    }

    /// <summary>Dispatches all rows, but sends none of their messages to anybody.</summary>
    public async Task DispatchAllAsync(BatchState batch) =>
        await Get<Dispatcher>().DispatchAsync(
            new(batch.CorrelationId, batch.SourceStart, 0, int.MaxValue), CancellationToken.None);

    public ProcessBatchItem ItemOf(BatchState batch, long index, bool mayRepeat = false, int round = 0) => new(
        batch.CorrelationId, index, 1, TestAgents.Name, JsonElement.Parse($"{{\"a\":\"a{index}\"}}"),
        (int)(index / batch.Spec.Limits.SliceSize), null, round, mayRepeat);

    public Task<DeliveryOutcome> ProcessAsync(ProcessBatchItem item, bool redelivered = false) =>
        Get<ItemProcessor>().ProcessAsync(item, redelivered, CancellationToken.None);

    public Task<Settlement?> FindSettledAsync(BatchState batch, long index) =>
        Ledger.FindSettledAsync(batch.CorrelationId, index, CancellationToken.None);

    public Task<ItemCounts> CountAsync(BatchState batch) => Ledger.CountAsync(batch.CorrelationId, CancellationToken.None);

    public Task<IReadOnlyList<JournalEvent>> ReadJournalAsync(BatchState batch, long index) =>
        Get<IJournal>().ReadAsync(ItemSession.IdFor(batch.CorrelationId, index), 1_000, CancellationToken.None);

    /// <summary>Sends and waits until it has been consumed.</summary>
    /// <returns>What the consumer threw; null when it did not.</returns>
    public Task<Exception?> SendAsync<T>(string queue, T message)
        where T : class => _watch.ConsumedAsync(Bus.Bus, queue, message);

    /// <summary>What was sent so far, in order.</summary>
    public IReadOnlyList<T> Sent<T>() => _watch.Sent<T>();
}
