using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Storage;

namespace WorkerFleet.Api.Live;

/// <summary>
/// One thing that is watched, and the one reader that it has however many watch. The reader begins with the first
/// watcher, and ends at the end of the batch, or a little after the last watcher has gone.
/// </summary>
internal sealed partial class LiveTopic<T>(
    ILiveSource<T> source, LivePace pace, TimeProvider time, ILogger logger, CancellationToken stopping)
    where T : class
{
    /// <summary>Looks without a change before it looks less often.</summary>
    private const int LooksUntilQuiet = 10;

    private readonly Lock _lock = new();
    private readonly LinkedList<LiveSample<T>> _samples = new();
    private readonly List<Channel<LiveSample<T>>> _watchers = [];
    private Task? _reader;
    private long _leftAt;
    private bool _ended;

    /// <summary>Looks so far, for tests and metrics.</summary>
    public int Looks { get; private set; }

    public int Watchers
    {
        get
        {
            lock (_lock)
                return _watchers.Count;
        }
    }

    /// <summary>What is kept, the oldest first.</summary>
    public IReadOnlyList<LiveSample<T>> Samples
    {
        get
        {
            lock (_lock)
                return [.. _samples];
        }
    }

    /// <summary>Begins to watch.</summary>
    /// <param name="after">The last sequence that the watcher has seen; null: only the newest matters.</param>
    /// <returns>What it missed, and what comes from now on; null when the reader has ended: there is to be a new
    /// topic.</returns>
    public (IReadOnlyList<LiveSample<T>> Missed, Channel<LiveSample<T>> Next)? TryWatch(long? after)
    {
        lock (_lock)
        {
            if (_ended)
                return null;
            // One place: who is slow gets the newest, and not what came before it.
            var channel = Channel.CreateBounded<LiveSample<T>>(
                new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
            _watchers.Add(channel);
            _reader ??= Task.Run(ReadAllAsync, CancellationToken.None);
            return (MissedSince(after), channel);
        }
    }

    public void Leave(Channel<LiveSample<T>> watcher)
    {
        lock (_lock)
        {
            if (_watchers.Remove(watcher) && _watchers.Count == 0)
                _leftAt = time.GetTimestamp();
        }
    }

    /// <summary>Completes when the reader has ended.</summary>
    public Task WhenEndedAsync()
    {
        lock (_lock)
            return _reader ?? Task.CompletedTask;
    }

    private IReadOnlyList<LiveSample<T>> MissedSince(long? after)
    {
        if (_samples.Last is not { Value: var newest })
            return [];
        return after is { } seen && _samples.First!.Value.Sequence <= seen
            ? [.. _samples.Where(sample => sample.Sequence > seen)]
            : [newest];
    }

    private async Task ReadAllAsync()
    {
        var unchanged = 0;
        try
        {
            while (!HasNobody())
            {
                var began = time.GetTimestamp();
                if (await LookAsync() is not { } changed)
                    return;
                unchanged = changed ? 0 : unchanged + 1;
                await Task.Delay(
                    pace.WaitAfter(time.GetElapsedTime(began), unchanged > LooksUntilQuiet), time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops; so do the streams.
        }
        finally
        {
            End();
        }
    }

    /// <returns>Whether something changed; null when there is nothing more to come.</returns>
    private async Task<bool?> LookAsync()
    {
        try
        {
            Looks++;
            if (await source.ReadAsync(stopping) is not { } value)
                return null;
            var changed = Publish(value);
            return source.IsFinal(value) ? null : changed;
        }
        catch (Exception exception) when (exception is StoreException or IOException or TimeoutException)
        {
            // Out of reach for now: the watchers keep what they have.
            LogUnreadable(exception);
            return false;
        }
    }

    private bool Publish(T value)
    {
        lock (_lock)
        {
            var last = _samples.Last?.Value;
            var at = time.GetUtcNow();
            // Compared as if it were the last one once more, so that only its content counts.
            if (last is not null
                && Write(source.Stamp(value, last.Sequence, last.At)).AsSpan().SequenceEqual(last.Json.Span))
                return false;
            var sequence = Math.Max(at.ToUnixTimeMilliseconds(), (last?.Sequence ?? 0) + 1);
            var stamped = source.Stamp(value, sequence, at);
            var sample = new LiveSample<T>(sequence, at, stamped, Write(stamped), source.IsFinal(value));
            _samples.AddLast(sample);
            while (_samples.Count > LivePace.MaxSamples || at - _samples.First!.Value.At > pace.History)
                _samples.RemoveFirst();
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(sample);
            return true;
        }
    }

    private bool HasNobody()
    {
        lock (_lock)
        {
            // Whoever comes from now on makes a new topic.
            return _ended = _watchers.Count == 0 && time.GetElapsedTime(_leftAt) >= pace.Linger;
        }
    }

    private void End()
    {
        lock (_lock)
        {
            _ended = true;
            foreach (var watcher in _watchers)
                watcher.Writer.TryComplete();
        }
    }

    private static byte[] Write(T value) => JsonSerializer.SerializeToUtf8Bytes(value, PublicJson.Line);

    [LoggerMessage(9101, LogLevel.Warning, "What is watched cannot be read; trying again")]
    private partial void LogUnreadable(Exception exception);
}
