using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Cli.Commands;

/// <summary>Finds the rows that a person wants to run again, and says at once which cannot be.</summary>
internal static class FailedItems
{
    private const int MostGroups = 1_000;

    /// <exception cref="UserErrorException">Some are unknown, or did not fail.</exception>
    public static async Task<IReadOnlyList<long>> ResolveAsync(
        FleetApp app, BatchState batch, IReadOnlyList<string> items, CancellationToken cancellationToken)
    {
        var indexes = new SortedSet<long>();
        var problems = new List<string>();
        foreach (var item in items)
        {
            try
            {
                var index = await ItemReference.ResolveAsync(app, batch, item, cancellationToken);
                var settled =
                    await app.Get<ILedger>().FindSettledAsync(batch.CorrelationId, index, cancellationToken);
                if (settled?.State is ItemState.Failed or ItemState.Cancelled)
                    indexes.Add(index);
                else
                    problems.Add($"--item {item}: {WhyNot(settled?.State)}");
            }
            catch (UserErrorException exception)
            {
                problems.Add($"--item {item}: {exception.Message}");
            }
        }
        return problems.Count > 0 ? throw new UserErrorException(problems) : [.. indexes];
    }

    /// <exception cref="UserErrorException">The batch has no open failure of that cause.</exception>
    public static async Task CheckGroupAsync(
        FleetApp app, BatchState batch, string group, CancellationToken cancellationToken)
    {
        var groups =
            await app.Get<IDeadLetters>().ReadGroupsAsync(batch.CorrelationId, MostGroups, cancellationToken);
        if (groups.All(known => known.Group != group))
            throw new UserErrorException($"--group: no open failure of the batch has the cause '{group}'" +
                Suggestions.DidYouMean(group, groups.Select(known => known.Group)) +
                "; 'dead-letters groups' lists the causes");
    }

    private static string WhyNot(ItemState? state) => state switch
    {
        null or ItemState.Pending => "is not settled yet",
        ItemState.Succeeded => "succeeded, and is not run again",
        _ => "was rejected: the row itself is bad, and running it again cannot help",
    };
}
