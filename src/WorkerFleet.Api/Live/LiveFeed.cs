using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Workers;

namespace WorkerFleet.Api.Live;

/// <summary>
/// What happens now, for whoever watches: of each batch, and of the list of batches of each owner, one reader in this
/// process, whose samples all watchers share.
/// </summary>
/// <remarks>Pages of the dashboard use it directly; streams and the hub are how it goes out of the process.</remarks>
public sealed class LiveFeed
{
    /// <summary>Watchers of one process, all together.</summary>
    public const int MaxWatchers = 2_000;

    private readonly ConcurrentDictionary<Guid, LiveTopic<BatchLiveJson>> _batches = new();
    private readonly ConcurrentDictionary<string, LiveTopic<BatchListLiveJson>> _lists = new(StringComparer.Ordinal);
    private readonly Func<Guid, LiveTopic<BatchLiveJson>> _createBatch;
    private readonly Func<string?, LiveTopic<BatchListLiveJson>> _createList;
    private int _watchers;

    internal LiveFeed(
        BatchQueries queries, IBatchStore batches, IWorkerRegistry workers, IDeadLetters letters, LivePace pace,
        TimeProvider time, IHostApplicationLifetime lifetime, ILogger<LiveFeed> logger)
    {
        var stopping = lifetime.ApplicationStopping;
        _createBatch = batchId => new(
            new BatchLiveSource(batchId, queries, workers, letters, time), pace, time, logger, stopping);
        _createList = owner => new(new BatchListLiveSource(owner, queries, batches), pace, time, logger, stopping);
    }

    /// <summary>Whether more can watch.</summary>
    public bool HasRoom => Volatile.Read(ref _watchers) < MaxWatchers;

    /// <summary>Samples of one batch, until it is over or gone; who is slow gets the newest.</summary>
    /// <param name="batchId">Whether it is the caller's is the caller's to see to.</param>
    /// <param name="after">The last sequence that was seen, to get what was missed, as far as it is kept.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<LiveSample<BatchLiveJson>> WatchAsync(
        Guid batchId, long? after, CancellationToken cancellationToken) =>
        WatchAsync(_batches, batchId, () => _createBatch(batchId), after, cancellationToken);

    /// <summary>Samples of the newest batches of an owner, or of all.</summary>
    public IAsyncEnumerable<LiveSample<BatchListLiveJson>> WatchListAsync(
        string? owner, long? after, CancellationToken cancellationToken) =>
        // Owners are names, which have no control characters.
        WatchAsync(_lists, owner ?? "\0", () => _createList(owner), after, cancellationToken);

    /// <summary>The last ten minutes of a batch that is watched, for charts; empty when nobody watches it.</summary>
    public IReadOnlyList<LiveSample<BatchLiveJson>> HistoryOf(Guid batchId) =>
        _batches.TryGetValue(batchId, out var topic) ? topic.Samples : [];

    /// <summary>The reader of a batch, if it has one now.</summary>
    internal LiveTopic<BatchLiveJson>? TopicOf(Guid batchId) => _batches.GetValueOrDefault(batchId);

    private async IAsyncEnumerable<LiveSample<T>> WatchAsync<TKey, T>(
        ConcurrentDictionary<TKey, LiveTopic<T>> topics, TKey key, Func<LiveTopic<T>> create, long? after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TKey : notnull
        where T : class
    {
        Interlocked.Increment(ref _watchers);
        try
        {
            var (topic, missed, next) = Enter(topics, key, create, after);
            try
            {
                foreach (var sample in missed)
                    yield return sample;
                await foreach (var sample in next.Reader.ReadAllAsync(cancellationToken))
                    yield return sample;
            }
            finally
            {
                topic.Leave(next);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _watchers);
        }
    }

    private static (LiveTopic<T>, IReadOnlyList<LiveSample<T>>, Channel<LiveSample<T>>) Enter<TKey, T>(
        ConcurrentDictionary<TKey, LiveTopic<T>> topics, TKey key, Func<LiveTopic<T>> create, long? after)
        where TKey : notnull
        where T : class
    {
        while (true)
        {
            var topic = topics.GetOrAdd(key, _ => create());
            if (topic.TryWatch(after) is { } entered)
            {
                _ = topic.WhenEndedAsync().ContinueWith(
                    _ => topics.TryRemove(new(key, topic)), CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                return (topic, entered.Missed, entered.Next);
            }

            topics.TryRemove(new(key, topic));
        }
    }
}
