using System.Diagnostics;
using System.Globalization;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Cloud;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Store;
using WorkerFleet.Batches;
using WorkerFleet.Conformance.Emulators;
using WorkerFleet.Ledger;
using WorkerFleet.Workers;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>
/// A fleet of real processes on a real broker, with a store and queues of its own. Disposing ends everything, and writes
/// down what the processes said, for tests that fail.
/// </summary>
public sealed class TestFleet : IAsyncDisposable
{
    /// <summary>Far beyond what any step of a batch of these tests takes on a busy machine.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Between looks into the cloud store, which slow down the emulator that the fleet works with.</summary>
    private static readonly TimeSpan CloudInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Characters of a member's log that are shown, from its end.</summary>
    private const int MaxLog = 20_000;

    private readonly ITestOutputHelper _log;
    private readonly List<FleetMember> _orchestrators = [];
    private readonly List<FleetMember> _workers = [];

    private Func<StoreReader> _openStore;
    private TimeSpan _interval = Interval;
    private Func<CancellationToken, Task> _leaveBroker = _ => Task.CompletedTask;

    private TestFleet(ITestOutputHelper log)
    {
        _openStore = () => new StoreReader(DataFolder);
        _log = log;
        Workspace.Environment["FLEET__DATA"] = DataFolder;
    }

    /// <summary>Where commands are run. Agents and other configuration belong there before a process is started.</summary>
    public Workspace Workspace { get; } = Workspace.Create();

    /// <summary>What the names of the fleet's queues begin with.</summary>
    public string Prefix { get; } = RabbitMqBroker.NewPrefix();

    public string DataFolder => Workspace[".fleet"];

    public IReadOnlyList<FleetMember> Orchestrators => _orchestrators;

    public IReadOnlyList<FleetMember> Workers => _workers;

    public IEnumerable<FleetMember> Members => _orchestrators.Concat(_workers);

    public static TestFleet Create(RabbitMqBroker broker, ITestOutputHelper log)
    {
        var fleet = new TestFleet(log);
        fleet.Workspace.Environment["FLEET__BROKER"] = broker.Uri.ToString();
        fleet.Workspace.Environment["FLEET__RABBITMQ__PREFIX"] = fleet.Prefix;
        fleet._leaveBroker = late => broker.PurgeAndDeleteQueuesAsync(fleet.Prefix, late);
        return fleet;
    }

    /// <summary>One that meets at Amazon SQS; see <see cref="UseSqs"/>.</summary>
    public static TestFleet CreateForSqs(ITestOutputHelper log) => new(log);

    /// <summary>Names the SQS that the fleet meets at. Before anything is started.</summary>
    /// <param name="endpoint">The emulator, or what is in front of it.</param>
    public void UseSqs(Uri endpoint)
    {
        foreach (var (name, value) in SqsEmulator.EnvironmentOf(endpoint))
            Workspace.Environment.TryAdd(name, value);
        Workspace.Environment["FLEET__TRANSPORT"] = "AmazonSqs";
        Workspace.Environment["FLEET__AMAZONSQS__PREFIX"] = Prefix;
    }

    /// <summary>Has the fleet's store be in DynamoDB and S3, provisioned. Before anything is started.</summary>
    public async Task UseCloudStoreAsync()
    {
        var cloud = await CloudStore.ConfigureAsync(Workspace);
        (await Workspace.RunAsync("provision")).ShouldBe(0);
        _openStore = cloud.OpenReader;
        _interval = CloudInterval;
    }

    /// <summary>Starts orchestrators and workers, and waits until all are ready.</summary>
    /// <param name="orchestrators">How many.</param>
    /// <param name="workers">How many.</param>
    /// <param name="workerArguments">What each worker gets on its command line, such as <c>--concurrency 10</c>.</param>
    public async Task StartAsync(int orchestrators, int workers, params string[] workerArguments)
    {
        var started = new List<FleetMember>();
        for (var number = 0; number < orchestrators; number++)
            started.Add(await BeginOrchestratorAsync());
        for (var number = 0; number < workers; number++)
            started.Add(await BeginWorkerAsync(workerArguments));
        foreach (var member in started)
            await member.WaitUntilReadyAsync();
    }

    /// <summary>Starts one more orchestrator. Returns before it is ready.</summary>
    public Task<FleetMember> BeginOrchestratorAsync(params string[] arguments) =>
        BeginAsync("orchestrator", _orchestrators, arguments);

    /// <summary>Starts one more worker. Returns before it is ready.</summary>
    public Task<FleetMember> BeginWorkerAsync(params string[] arguments) => BeginAsync("worker", _workers, arguments);

    /// <summary>Submits a batch.</summary>
    /// <param name="arguments">What follows <c>fleet submit</c>.</param>
    public async Task<Guid> SubmitAsync(params string[] arguments)
    {
        var exit = (await Workspace.RunAsync(["submit", .. arguments, "--json"])).ShouldBe(0);
        return exit.Json().GetProperty("batch").GetGuid();
    }

    /// <summary>How a batch stands, read from the store.</summary>
    public async Task<BatchProgress> ProgressAsync(Guid batch)
    {
        await using var store = OpenStore();
        return await store.ProgressAsync(batch);
    }

    /// <summary>Waits until a batch is over.</summary>
    public Task<BatchProgress> WaitForEndAsync(Guid batch) =>
        WaitForAsync(batch, progress => BatchStatus.IsFinal(progress.Batch.CurrentState), "to be over");

    /// <summary>Waits until so many items of a batch are settled.</summary>
    public Task<BatchProgress> WaitForSettledAsync(Guid batch, long settled) => WaitForAsync(
        batch, progress => progress.Counts.Settled >= settled,
        string.Create(CultureInfo.InvariantCulture, $"to have {settled} items settled"));

    /// <summary>Waits until a batch stands so, for as long as it goes on.</summary>
    /// <exception cref="TimeoutException">It stood still for <see cref="Limit"/>; the message says how.</exception>
    public async Task<BatchProgress> WaitForAsync(Guid batch, Func<BatchProgress, bool> holds, string what)
    {
        await using var store = OpenStore();
        using var timer = new PeriodicTimer(_interval);
        var (last, since) = (default((ItemCounts, string)), Stopwatch.GetTimestamp());
        while (true)
        {
            var progress = await store.ProgressAsync(batch);
            if (holds(progress))
                return progress;
            if (last != (progress.Counts, progress.Batch.CurrentState))
                (last, since) = ((progress.Counts, progress.Batch.CurrentState), Stopwatch.GetTimestamp());
            if (Stopwatch.GetElapsedTime(since) > Limit)
                throw new TimeoutException($"Waited {Limit} for batch {batch} {what}. It is {progress.Batch.CurrentState}: " +
                    $"{progress.Counts}, {progress.Waiting} waiting for their next attempt.\n{await store.ExplainAsync(batch)}");
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Waits until no worker that runs has anything in flight, as each has said after this was called.</summary>
    public async Task WaitUntilIdleAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        await using var store = OpenStore();
        await Wait.UntilAsync(
            async () => (await store.Workers.ListAsync(now, CancellationToken.None))
                .Count(worker => worker.Roles.Contains(FleetRole.Worker) && worker.SeenAt > now && worker.InFlight == 0)
                == _workers.Count(worker => worker.IsRunning),
            "all workers to be idle");
    }

    /// <summary>Starts workers again that have ended, as whoever runs a fleet does.</summary>
    /// <param name="until">When to stop. It is the end of the task, too.</param>
    public async Task RestartWorkersAsync(CancellationToken until)
    {
        using var timer = new PeriodicTimer(Interval);
        while (!until.IsCancellationRequested)
        {
            foreach (var worker in _workers.Where(worker => !worker.IsRunning))
                await worker.StartAsync();
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>A look into the store. Dispose it before the last process of the fleet is killed.</summary>
    internal StoreReader OpenStore() => _openStore();

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
        {
            await member.KillAsync();
            _log.WriteLine(member.Log.Length <= MaxLog ? member.Log : $"…{member.Log[^MaxLog..]}");
        }
        await Workspace.DisposeAsync();
        using var limit = new CancellationTokenSource(Limit);
        await _leaveBroker(limit.Token);
    }

    private async Task<FleetMember> BeginAsync(string role, List<FleetMember> members, string[] arguments)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{role} {members.Count + 1}");
        var member = new FleetMember(Workspace, name, [role, .. arguments]);
        members.Add(member);
        await member.StartAsync();
        return member;
    }
}
