using System.Globalization;
using Microsoft.AspNetCore.Http;
using WorkerFleet.Api.Batches;
using WorkerFleet.Api.Problems;
using WorkerFleet.Batches;

namespace WorkerFleet.Api.Items;

/// <summary>Finds the row that a route or a page names.</summary>
internal sealed class ItemLookup(BatchLookup batches)
{
    /// <exception cref="ProblemException">There is no such row, or its batch is not the caller's.</exception>
    public async Task<(BatchState Batch, long Row)> FindAsync(
        HttpContext http, string batch, string row, CancellationToken cancellationToken)
    {
        if (!long.TryParse(row, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw ProblemException.BadRequest(
                $"'{row}' is no number of a row; they count from 0, as in the results. Find a row by your own id "
                    + "with items?id=");
        var state = await batches.StateAsync(http, batch, cancellationToken);
        return index < state.TotalRows
            ? (state, index)
            : throw ProblemException.NotFound($"There is no row {row}: the batch has {state.TotalRows} rows, "
                + "numbered from 0");
    }
}
