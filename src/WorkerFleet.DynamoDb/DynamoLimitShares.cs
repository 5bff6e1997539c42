using System.Collections.Concurrent;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Messaging;
using WorkerFleet.Storage;
using WorkerFleet.Workers;

namespace WorkerFleet.DynamoDb;

/// <summary>
/// The shares of limits in the cloud store: a record for each limit with the shares of all, replaced on the condition that it
/// is as it was seen. Who was refused gets it as it is with the refusal, so no claim needs a read.
/// </summary>
internal sealed class DynamoLimitShares(DynamoTables tables) : ILimitShares
{
    private const string SortKey = "LIMIT";
    private const string Shares = "shares";
    private const string Version = "ver";
    private const int MaxTries = 200;

    /// <summary>Limits remembered as they were last seen.</summary>
    private const int MaxSeen = 10_000;

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<string, Book> _seen = new();

    public async Task<IReadOnlyList<int>> ClaimAsync(
        string holder, IReadOnlyList<ShareClaim> claims, DateTimeOffset now, TimeSpan lease,
        CancellationToken cancellationToken) =>
        await Task.WhenAll(claims.Select(claim => ClaimAsync(holder, claim, now, lease, cancellationToken)));

    public Task ReleaseAsync(string holder, CancellationToken cancellationToken)
    {
        // What this process has seen of the limits says which ones the holder, which is this process, has a share of.
        var held = _seen.Where(limit => limit.Value.Shares.Any(share => share.Holder == holder)).Select(limit => limit.Key);
        return Task.WhenAll(held.Select(limit => ChangeAsync(
            limit, shares => (0, [.. shares.Where(share => share.Holder != holder)]), cancellationToken)));
    }

    private Task<int> ClaimAsync(
        string holder, ShareClaim claim, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken) =>
        ChangeAsync(
            claim.Limit,
            shares =>
            {
                var (share, after) = ShareBook.Claim(shares, holder, claim, now, lease);
                return (share, after);
            },
            cancellationToken);

    private async Task<int> ChangeAsync(
        string limit, Func<IReadOnlyList<LimitShare>, (int Share, IReadOnlyList<LimitShare> After)> change,
        CancellationToken cancellationToken)
    {
        var book = _seen.GetValueOrDefault(limit) ?? Book.Empty;
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var (share, after) = change(book.Shares);
            var next = new Book(book.Version + 1, after);
            var (stored, done) = await TryReplaceAsync(limit, book.Version, next, cancellationToken);
            if (done)
            {
                if (_seen.Count > MaxSeen)
                    _seen.Clear();
                _seen[limit] = next;
                return share;
            }

            book = stored;
            // Some claims a second meet at a limit: a short wait of random length is enough.
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 10 + tries)), tables.Time, cancellationToken);
        }

        throw new StoreException(StoreFault.Locked, $"The shares of limit {limit} are changed by others all the time. Try again.");
    }

    private async Task<(Book Stored, bool Done)> TryReplaceAsync(
        string limit, long version, Book next, CancellationToken cancellationToken)
    {
        var writer = Attributes.NewWriter();
        var item = Attributes.Key($"LIMIT#{limit}", SortKey);
        item[Shares] = Attributes.Text(JsonSerializer.Serialize(next.Shares, FleetJson.Options));
        item[Version] = Attributes.Number(next.Version);
        item[Attributes.Writer] = Attributes.Text(writer);
        item[Attributes.TimeToLive] = Attributes.Seconds(tables.Time.GetUtcNow() + KeptFor);
        var request = new PutItemRequest(tables.Runs, item)
        {
            ConditionExpression = version == 0 ? "attribute_not_exists(PK)" : $"{Version} = :version",
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
            ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL,
        };
        if (version > 0)
            request.ExpressionAttributeValues = new() { [":version"] = Attributes.Number(version) };
        try
        {
            await tables.PutAsync(request, cancellationToken);
            return (next, true);
        }
        catch (ConditionalCheckFailedException refused)
        {
            if (refused.Item is not { Count: > 0 } stored)
                return (Book.Empty, false);
            // A write whose answer was lost was made all the same.
            return stored.ReadTextOrNull(Attributes.Writer) == writer
                ? (next, true)
                : (new Book(
                    stored.ReadNumber(Version),
                    JsonSerializer.Deserialize<List<LimitShare>>(stored.ReadText(Shares), FleetJson.Options)!), false);
        }
    }

    private sealed record Book(long Version, IReadOnlyList<LimitShare> Shares)
    {
        public static Book Empty { get; } = new(0, []);
    }
}
