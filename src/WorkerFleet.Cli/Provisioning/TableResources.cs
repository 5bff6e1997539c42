using WorkerFleet.Cli.Options;
using WorkerFleet.DynamoDb.Tables;
using WorkerFleet.Storage;

namespace WorkerFleet.Cli.Provisioning;

/// <summary>The tables of runs and journal, with their indexes and expiry.</summary>
internal static class TableResources
{
    private const string Kind = "table";

    /// <param name="tables">DynamoDB.</param>
    /// <param name="settings">The tables' names.</param>
    /// <param name="dryRun">Whether to change nothing.</param>
    /// <param name="cancellationToken">Cancels between two steps, each of which may be repeated.</param>
    public static async Task<IReadOnlyList<Resource>> ProvisionAsync(
        DynamoDbTables tables, AwsSettings settings, bool dryRun, CancellationToken cancellationToken)
    {
        string[] names = [settings.RunsTable, settings.JournalTable];
        try
        {
            var differences = dryRun
                ? await tables.CompareAsync(cancellationToken)
                : await tables.ProvisionAsync(cancellationToken);
            return [.. names.SelectMany(name => Tell(name, [.. differences.Where(found => found.Table == name)], dryRun))];
        }
        catch (StoreException exception)
        {
            // What is wrong with one is wrong with both: credentials, access, region.
            return [new(Kind, string.Join(" and ", names), ResourceState.Failed, exception.Message)];
        }
    }

    /// <summary>What is wrong with the tables, a line each; none when nothing is.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsOfAsync(
        DynamoDbTables tables, CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await tables.CompareAsync(cancellationToken)).Select(found =>
                $"{found.Table}: {found.Problem}" + (found.CanBeMade ? "; 'fleet provision' makes it" : ""))];
        }
        catch (StoreException exception)
        {
            return [exception.Message];
        }
    }

    private static IEnumerable<Resource> Tell(string name, IReadOnlyList<TableDifference> differences, bool dryRun)
    {
        if (differences.Count == 0)
            yield return new(Kind, name, ResourceState.Present, "it is there, with its indexes and expiry");
        foreach (var difference in differences)
            yield return (difference.CanBeMade, dryRun) switch
            {
                (false, _) => new(Kind, name, ResourceState.Differs,
                    $"{difference.Problem}; this cannot be changed: name another table, or delete this one, with all it holds"),
                (true, true) => new(Kind, name, ResourceState.Missing, $"{difference.Problem}; it would be made"),
                (true, false) => new(Kind, name, ResourceState.Created, $"{difference.Problem}: made"),
            };
    }
}
