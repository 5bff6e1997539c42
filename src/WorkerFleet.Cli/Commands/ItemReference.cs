using System.Globalization;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Ledger;

namespace WorkerFleet.Cli.Commands;

/// <summary>How a person names a row: its number in the results (from 0), its own id, or its session.</summary>
internal static class ItemReference
{
    public const string Meaning = "its number (from 0, as in the results), your own id of it, or its session";

    /// <exception cref="UserErrorException">The batch has no such row.</exception>
    public static async Task<long> ResolveAsync(
        FleetApp app, BatchState batch, string written, CancellationToken cancellationToken)
    {
        // Own ids first: where they are numbers, they are what a person has in mind.
        if (batch.Spec.Mapping.IdColumn is not null
            && await app.Get<ILedger>().FindIndexAsync(batch.CorrelationId, written, cancellationToken) 
                is { } found)
            return found;
        if (TryParseSession(batch.CorrelationId, written, out var index)
            || long.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out index))
            return index < batch.TotalRows
                ? index
                : throw new UserErrorException(
                    $"There is no row {written}: the batch has {Figures.Count(batch.TotalRows, "row")}, " +
                        "numbered from 0");
        throw new UserErrorException(batch.Spec.Mapping.IdColumn is { } column
            ? $"There is no row '{written}' among those that are settled; name a row by {Meaning} (column " +
                $"'{column}')"
            : $"'{written}' is not a row number; the batch was run without --id-column, so that rows have " +
                "no other name");
    }

    private static bool TryParseSession(Guid batchId, string written, out long index)
    {
        var prefix = $"b-{batchId:N}-";
        index = 0;
        return written.StartsWith(prefix, StringComparison.Ordinal)
            && long.TryParse(
                written.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}
