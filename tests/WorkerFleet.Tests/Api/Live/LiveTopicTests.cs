using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Api.Live;
using WorkerFleet.Tests.Fakes;
using Number = WorkerFleet.Tests.Api.Live.CountingSource.Number;

namespace WorkerFleet.Tests.Api.Live;

/// <summary>The one reader of what many watch.</summary>
public sealed class LiveTopicTests
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task Reader_ManyWatchers_LooksOnceForAll()
    {
        var source = new CountingSource();
        var topic = Topic(source);
        var watchers = Enumerable.Range(0, 200).Select(_ => Watch(topic)).ToList();
        await Eventually.IsTrueAsync(() => topic.Samples.Count == 1);

        source.Value = 0;
        var seen = await Task.WhenAll(watchers.Select(EndAsync));

        await topic.WhenEndedAsync();
        Assert.Equal(topic.Looks, source.Reads);
        Assert.Equal(2, topic.Samples.Count);
        Assert.All(seen, last => Assert.Same(topic.Samples[^1], last));
    }

    [Fact]
    public async Task Reader_NothingChanges_PublishesOnceAndLooksLessOften()
    {
        var source = new CountingSource();
        var topic = Topic(source);
        _ = Watch(topic);
        await Eventually.IsTrueAsync(() => source.Reads > 20);

        Assert.Single(topic.Samples);
        Assert.Equal(TimeSpan.FromSeconds(1), LivePace.Of(Storage.StorePace.Local).WaitAfter(Instant, isQuiet: true));
    }

    [Theory]
    [InlineData(1, 500)]
    [InlineData(100, 1_900)]
    [InlineData(60_000, 10_000)]
    public void Pace_LooksThatTakeLong_TakeAPartOfTheTimeOnly(int costMs, int waitMs) => Assert.Equal(
        TimeSpan.FromMilliseconds(waitMs),
        LivePace.Of(Storage.StorePace.Local).WaitAfter(TimeSpan.FromMilliseconds(costMs), isQuiet: false));

    [Fact]
    public async Task Watcher_WhoIsSlow_GetsTheNewestAndNotWhatWasBefore()
    {
        var source = new CountingSource { Counts = true };
        var topic = Topic(source);
        var watcher = Watch(topic);
        await Eventually.IsTrueAsync(() => topic.Samples.Count > 50);

        Assert.Equal(1, watcher.Reader.Count);
        source.Value = 0;
        await topic.WhenEndedAsync();

        var left = new List<int>();
        await foreach (var sample in watcher.Reader.ReadAllAsync())
            left.Add(sample.Value.Value);
        Assert.Equal([0], left);
    }

    [Fact]
    public async Task Watcher_WithSequence_GetsWhatCameAfterIt()
    {
        var source = new CountingSource { Counts = true };
        var topic = Topic(source);
        _ = Watch(topic);
        await Eventually.IsTrueAsync(() => topic.Samples.Count > 5);
        // Then it stands, so that nothing moves out in front.
        source.Counts = false;
        await Eventually.IsTrueAsync(() => topic.Samples[^1].Value.Value == source.Value);
        var seen = topic.Samples[2];

        var (missed, _) = topic.TryWatch(seen.Sequence)!.Value;
        var (unknown, _) = topic.TryWatch(1)!.Value;
        var (newest, _) = topic.TryWatch(null)!.Value;

        Assert.Same(topic.Samples[3], missed[0]);
        Assert.True(missed.Count >= 3);
        Assert.All(missed.Zip(missed.Skip(1)), pair => Assert.True(pair.First.Sequence < pair.Second.Sequence));
        Assert.Single(unknown);
        Assert.Single(newest);
    }

    [Fact]
    public async Task Reader_LastWatcherHasGone_Ends()
    {
        var topic = Topic(new CountingSource());
        var (first, second) = (Watch(topic), Watch(topic));
        topic.Leave(first);
        await Eventually.IsTrueAsync(() => topic.Samples.Count > 0);
        Assert.False(topic.WhenEndedAsync().IsCompleted);

        topic.Leave(second);

        await topic.WhenEndedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Null(topic.TryWatch(null));
    }

    [Fact]
    public async Task Reader_WhatIsWatchedIsGone_Ends()
    {
        var source = new CountingSource();
        var topic = Topic(source);
        var watcher = Watch(topic);
        await watcher.Reader.ReadAsync();

        source.Value = -1;

        await watcher.Reader.Completion.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static LiveTopic<Number> Topic(CountingSource source, TimeSpan linger = default) => new(
        source, new LivePace(Instant, Instant, Instant, linger, TimeSpan.FromMinutes(10)), TimeProvider.System,
        NullLogger.Instance, CancellationToken.None);

    private static Channel<LiveSample<Number>> Watch(LiveTopic<Number> topic) => topic.TryWatch(null)!.Value.Next;

    private static async Task<LiveSample<Number>> EndAsync(Channel<LiveSample<Number>> watcher)
    {
        LiveSample<Number>? last = null;
        await foreach (var sample in watcher.Reader.ReadAllAsync())
            last = sample;
        return last!;
    }
}
