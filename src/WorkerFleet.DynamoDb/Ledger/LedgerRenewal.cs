using System.Collections.Concurrent;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb.Client;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>
/// Postpones the expiry of a batch that lives for long: its slices and blocks have theirs from when they were written, since to set it
/// when a batch ends would cost as much as writing them. Nearly all batches are over before anything has to be done.
/// </summary>
internal sealed class LedgerRenewal(DynamoTables tables, SliceStore slices)
{
    /// <summary>Slices looked at by one call, so that a large batch holds up nobody.</summary>
    private const int PageSize = 16;

    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<Guid, Place> _places = new();

    /// <summary>Renewed when a quarter of the time is over, so that there is time to do it.</summary>
    private TimeSpan Interval => tables.Options.Retention / 4;

    /// <summary>Goes on where the last call ended. Costs nothing unless a quarter of the retention has passed.</summary>
    public async Task RenewAsync(Guid batchId, DateTimeOffset submittedAt, CancellationToken cancellationToken)
    {
        var now = tables.Time.GetUtcNow();
        if (!_places.TryGetValue(batchId, out var place))
        {
            if (submittedAt + Interval > now)
                return;
            place = new(Number: 0, submittedAt + Interval);
        }

        if (place.From > now)
            return;
        var page = await slices.ReadRawAsync(
            batchId, Enumerable.Range(place.Number, PageSize), consistent: true, cancellationToken);
        var soon = Attributes.ReadSeconds(tables.Expiry) - Interval;
        foreach (var slice in page.Where(slice => !slice.IsGone && slice.ExpiresAt < soon))
            await RenewAsync(slice, cancellationToken);

        if (_places.Count > MaxRemembered)
            _places.Clear();
        _places[batchId] = page.Count == 0 ? new(Number: 0, now + Interval) : place with { Number = place.Number + PageSize };
    }

    /// <summary>The slice last: broken off before, it is found again.</summary>
    private async Task RenewAsync(SliceItem slice, CancellationToken cancellationToken)
    {
        var (partition, sort) = SliceItem.KeyOf(slice.Slice.BatchId, slice.Slice.Number);
        await Task.WhenAll(slice.References.Select(block => RenewAsync(partition, block.SortKey, cancellationToken)));
        await RenewAsync(partition, sort, cancellationToken);
    }

    private async Task RenewAsync(string partition, string sort, CancellationToken cancellationToken)
    {
        try
        {
            await tables.UpdateAsync(
                new()
                {
                    TableName = tables.Runs,
                    Key = Attributes.Key(partition, sort),
                    UpdateExpression = $"SET {Attributes.TimeToLive} = :expiry",
                    ConditionExpression = "attribute_exists(PK)",
                    ExpressionAttributeValues = new() { [":expiry"] = tables.Expiry },
                },
                cancellationToken);
        }
        catch (ConditionalCheckFailedException)
        {
            // The batch is being deleted.
        }
    }

    /// <param name="Number">The next slice.</param>
    /// <param name="From">When to look at it.</param>
    private readonly record struct Place(int Number, DateTimeOffset From);
}
