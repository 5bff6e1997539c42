using WorkerFleet.AmazonSqs.Fleet;
using WorkerFleet.Aws;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Provisioning;
using WorkerFleet.DynamoDb.Tables;
using WorkerFleet.S3;

namespace WorkerFleet.Cli.Doctor;

/// <summary>Looks at what the fleet has in AWS, where it has something there.</summary>
internal static class AwsCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <returns>Whether the store can be expected to open.</returns>
    public static async Task<bool> RunAsync(
        CliContext cli, StoreChoice store, AmazonSqsOptions? queues, Action<string, CheckState, string> add,
        CancellationToken cancellationToken)
    {
        if (store is { IsLocal: true, Settings.Bucket: null } && queues is null)
            return true;
        using var limit = new CancellationTokenSource(Limit, cli.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        // Without credentials every other check would say the same.
        var credentials = await TimedAsync(AwsCredentials.ProblemOfAsync, limit, either.Token);
        add("aws", credentials is null ? CheckState.Passed : CheckState.Failed, credentials ?? "credentials were found");
        if (credentials is not null)
            return false;
        var reachable = true;
        if (!store.IsLocal)
        {
            var problems = await CheckTablesAsync(cli, store, limit, either.Token);
            foreach (var problem in problems)
                add("tables", CheckState.Failed, problem);
            if (problems.Count == 0)
                add("tables", CheckState.Passed,
                    $"{store.Settings.RunsTable} and {store.Settings.JournalTable} are there, with their indexes and expiry");
            reachable = problems.Count == 0;
        }
        if (queues is not null)
            await CheckQueuesAsync(cli, queues, limit, add, either.Token);
        if (store.Settings.Bucket is { } bucket)
        {
            using var s3 = new S3Connection(store.Settings.S3);
            var problem = await TimedAsync(
                token => BucketResource.ProblemOfAsync(s3, bucket, token), limit, either.Token);
            add("bucket", problem is null ? CheckState.Passed : CheckState.Failed, problem ?? $"{bucket} is there");
            reachable &= problem is null;
        }
        return reachable;
    }

    private static async Task CheckQueuesAsync(
        CliContext cli, AmazonSqsOptions queues, CancellationTokenSource limit, Action<string, CheckState, string> add,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<string> problems = [];
        var late = await TimedAsync(
            async token =>
            {
                problems = await QueueResources.ProblemsOfAsync(queues, cli.Time, token);
                return null;
            }, limit, cancellationToken);
        foreach (var problem in late is null ? problems : [late])
            add("queues", CheckState.Failed, problem);
        if (late is null && problems.Count == 0)
            add("queues", CheckState.Passed, $"{queues.Display}: they can be used" +
                (queues.Declare ? ", and are made where they are missing" : ""));
    }

    private static async Task<IReadOnlyList<string>> CheckTablesAsync(
        CliContext cli, StoreChoice store, CancellationTokenSource limit, CancellationToken cancellationToken)
    {
        using var tables = new DynamoDbTables(store.Settings.DynamoDb, cli.Time);
        IReadOnlyList<string> problems = [];
        var late = await TimedAsync(
            async token =>
            {
                problems = await TableResources.ProblemsOfAsync(tables, token);
                return null;
            }, limit, cancellationToken);
        return late is null ? problems : [late];
    }

    private static async Task<string?> TimedAsync(
        Func<CancellationToken, Task<string?>> check, CancellationTokenSource limit, CancellationToken cancellationToken)
    {
        try
        {
            return await check(cancellationToken);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return $"AWS does not answer within {Durations.Format(Limit)}; see that the address is right and the network up";
        }
    }
}
