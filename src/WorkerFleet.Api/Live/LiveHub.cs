using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using WorkerFleet.Api.Access;
using WorkerFleet.Batches;

namespace WorkerFleet.Api.Live;

/// <summary>The live streams over SignalR, with the payload of the server-sent events.</summary>
internal sealed class LiveHub(LiveFeed feed, IBatchStore batches, KeyRing keys, TimeProvider time) : Hub
{
    public const string Path = "/hubs/live";

    /// <summary>One batch, until it is over.</summary>
    /// <param name="batchId">Its id.</param>
    /// <param name="after">Sequence of the last sample that was seen, to get what was missed; null for the
    /// newest.</param>
    /// <param name="cancellationToken">Cancelled by the client.</param>
    public async IAsyncEnumerable<BatchLiveJson> Watch(
        Guid batchId, long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(batchId, cancellationToken) is not { } batch
            || !ApiCaller.Of(Context.User!).Sees(batch.Spec.Owner))
            throw new HubException($"There is no batch {batchId}, or it is not this key's owner's.");
        CheckRoom();
        using var lifetime = new WatchLifetime(Context.User!, keys, time, cancellationToken);
        await foreach (var sample in feed.WatchAsync(batchId, after, lifetime.Token))
            yield return sample.Value;
    }

    /// <summary>The newest batches of the caller.</summary>
    public async IAsyncEnumerable<BatchListLiveJson> WatchBatches(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CheckRoom();
        using var lifetime = new WatchLifetime(Context.User!, keys, time, cancellationToken);
        await foreach (var sample in feed.WatchListAsync(ApiCaller.Of(Context.User!).Owner, null, lifetime.Token))
            yield return sample.Value;
    }

    private void CheckRoom()
    {
        if (!feed.HasRoom)
            throw new HubException("Too many watch already; try again later.");
    }
}
