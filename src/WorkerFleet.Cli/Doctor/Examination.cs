using System.Runtime.InteropServices;
using WorkerFleet.Agents;
using WorkerFleet.AmazonSqs.Fleet;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Storage;

namespace WorkerFleet.Cli.Doctor;

/// <summary>Looks at everything a run needs. One thing that is broken hides no other.</summary>
internal sealed class Examination(CliContext cli, CommonValues common)
{
    private const int MostBatches = 1_000;

    /// <summary>Below this a run can hardly be finished.</summary>
    private const long TooLittleDisk = 100L << 20;

    private const long LittleDisk = 1L << 30;

    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(10);

    private readonly List<Check> _checks = [];

    public async Task<IReadOnlyList<Check>> RunAsync(CancellationToken cancellationToken)
    {
        Add("machine", CheckState.Passed,
            $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, " +
            $"{Figures.Count(Environment.ProcessorCount, "core")}");
        if (CheckConfiguration())
            await CheckStoreAsync(StoreChoice.Of(common), cancellationToken);
        await CheckAgentsAsync(cancellationToken);
        return _checks;
    }

    /// <returns>Whether it says which store there is.</returns>
    private bool CheckConfiguration()
    {
        var problems = new List<string>();
        var knowsStore = AwsSettingsReader.Read(common.Configuration, problems) is not null;
        var defaults = FleetConfiguration.ReadDefaults(common.Configuration, problems);
        DefaultsCheck.Run(cli, defaults, problems);
        if (problems.Count == 0)
            Add("configuration", CheckState.Passed,
                $"{FleetConfiguration.FileName} and environment are in order");
        foreach (var problem in problems)
            Add("configuration", CheckState.Failed, problem);
        return knowsStore;
    }

    /// <returns>Whether there is a store to look into.</returns>
    private bool CheckFolder()
    {
        if (FolderAccess.ProblemOf(common.DataFolder) is { } problem)
        {
            Add("data folder", CheckState.Failed, $"{common.DataFolder} {problem}");
            return false;
        }
        var exists = Directory.Exists(common.DataFolder);
        Add("data folder", CheckState.Passed,
            $"{common.DataFolder} {(exists ? "is writable" : "will be made by the first run")}");
        var free = new DriveInfo(exists ? common.DataFolder : cli.WorkingDirectory).AvailableFreeSpace;
        var state = free < TooLittleDisk ? CheckState.Failed
            : free < LittleDisk ? CheckState.Warning
            : CheckState.Passed;
        var advice = state == CheckState.Passed ? "" : "; make room, or choose another folder with --data";
        Add("disk", state, $"{ByteSizes.Format(free)} free{advice}");
        return exists;
    }

    private async Task CheckStoreAsync(StoreChoice store, CancellationToken cancellationToken)
    {
        // What is in AWS first: it says why the store does not open.
        var reachable = await AwsCheck.RunAsync(cli, store, QueuesOrNull(), Add, cancellationToken);
        if (store.IsLocal ? !CheckFolder() : !reachable)
            return;
        try
        {
            await using var app = FleetApp.Open(cli, common);
            var unfinished = await app.Queries.ListAsync(unfinishedOnly: true, MostBatches, cancellationToken);
            Add(store.IsLocal ? "database" : "store", CheckState.Passed, store.IsLocal
                ? $"opens; SQLite {SQLitePCL.raw.sqlite3_libversion().utf8_to_string()}"
                : $"opens: {store.Place}");
            CheckBatches(unfinished);
        }
        catch (Exception exception) when (
            exception is StoreException or IOException or UnauthorizedAccessException)
        {
            Add(store.IsLocal ? "database" : "store", CheckState.Failed, exception.Message);
        }
        catch (AgentConfigurationException)
        {
            // The agents' check says it.
        }
    }

    /// <summary>Where the fleet meets at Amazon SQS. What is wrong with the configuration of a broker is told here, too.</summary>
    private AmazonSqsOptions? QueuesOrNull()
    {
        try
        {
            return BrokerChoice.IsConfigured(common) ? BrokerChoice.Of(common).AmazonSqs : null;
        }
        catch (UserErrorException exception)
        {
            foreach (var problem in exception.Problems)
                Add("broker", CheckState.Failed, problem);
            return null;
        }
    }

    private void CheckBatches(IReadOnlyList<BatchProgress> unfinished)
    {
        var now = cli.Time.GetUtcNow();
        if (unfinished.Select(batch => batch.Batch.SubmittedAt).DefaultIfEmpty().Max() > now)
            Add("clock", CheckState.Failed,
                $"it is {Figures.Instant(now)} here, and a batch was submitted later than that; set the clock");
        else
            Add("clock", CheckState.Passed, Figures.Instant(now));
        var left = unfinished.Where(batch => !batch.Driven).ToList();
        if (left.Count == 0)
            Add("batches", CheckState.Passed,
                unfinished.Count == 0 ? "none is unfinished" : $"{unfinished.Count} under way");
        foreach (var batch in left)
            Add("batches", CheckState.Warning,
                $"{Figures.ShortId(batch.Batch.CorrelationId)} ({batch.Batch.Spec.Name}) is " +
                (batch.Batch.CurrentState == BatchStatus.Paused ? "paused" : "unfinished and nobody drives it") +
                $", {Figures.Count(batch.Counts.Pending, "row")} left: " +
                $"{common.Command(cli, $"resume {Figures.ShortId(batch.Batch.CorrelationId)}")}");
    }

    private async Task CheckAgentsAsync(CancellationToken cancellationToken)
    {
        var services = AgentsOnly.Create(cli, common);
        await using (services)
        {
            IAgentCatalog agents;
            try
            {
                agents = AgentsOnly.CatalogOf(services);
            }
            catch (AgentConfigurationException exception)
            {
                foreach (var problem in exception.Problems)
                    Add("agents", CheckState.Failed, problem);
                return;
            }
            foreach (var name in agents.Names)
                await ProbeAsync(name, agents.Find(name)!, cancellationToken);
        }
    }

    private async Task ProbeAsync(string name, IAgent agent, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongestProbe, cli.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        string? problem;
        try
        {
            problem = await agent.ProbeAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            problem = $"does not answer within {Durations.Format(LongestProbe)}";
        }
        if (problem is null)
            Add("agent", CheckState.Passed, $"{name} is ready");
        else if (AdHocAgents.IsConfigured(cli, name))
            Add("agent", CheckState.Failed, $"{name}: {problem}");
        else
            // It was there for an earlier run, and may be gone for good.
            Add("agent", CheckState.Warning, $"{name}, which --agent-url named for an earlier run: {problem}");
    }

    private void Add(string name, CheckState state, string finding) =>
        _checks.Add(new Check(name, state, finding));
}
