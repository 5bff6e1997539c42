using System.Diagnostics.CodeAnalysis;
using Amazon.Runtime;

namespace WorkerFleet.AmazonSqs.Client;

/// <summary>
/// Puts what many callers have for one queue into requests of up to ten entries and 1 MiB, and tells each caller what
/// became of its own.
/// </summary>
/// <remarks>
/// A request leaves as soon as it is full, or its first entry has waited long enough, and a slot is free. So a lone
/// entry of an idle queue leaves at once, and under load, where entries come while requests are under way, requests are
/// full.
/// </remarks>
/// <param name="operation">For messages of errors.</param>
/// <param name="queue">For messages of errors.</param>
/// <param name="send">Sends one request. Ids in the result are those that <paramref name="withId"/> was given.</param>
/// <param name="sizeOf">Bytes of one entry, as SQS counts them.</param>
/// <param name="withId">The entry under that name.</param>
/// <param name="options">When requests leave, and how many.</param>
/// <param name="time">The clock.</param>
internal sealed class Coalescer<TEntry>(
    string operation, string queue, Func<IReadOnlyList<TEntry>, CancellationToken, Task<BatchResult>> send,
    Func<TEntry, int> sizeOf, Func<TEntry, string, TEntry> withId, CoalescerOptions options, TimeProvider time)
        : IAsyncDisposable
{
    private const string Unmentioned = "the result does not mention it, so that it may have been carried out or not";

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private readonly SemaphoreSlim _room = new(options.Capacity);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _timer;
    private int _requests;
    private int _callers;
    private bool _isStopping;

    /// <summary>Returns when the entry was carried out.</summary>
    /// <param name="entry">The entry; it may be in use elsewhere at the same time.</param>
    /// <param name="cancellationToken">
    /// Takes the entry back while it waits. Once it is under way, the caller is told what became of it, cancelled or
    /// not.
    /// </param>
    /// <exception cref="SqsException">
    /// It was refused, or its request failed, or it was not carried out before the stop.
    /// </exception>
    public async Task ExecuteAsync(TEntry entry, CancellationToken cancellationToken)
    {
        var size = sizeOf(entry);
        if (size > SqsLimits.MaxBytes)
            throw Failed(
                $"the message has {size:N0} bytes with its attributes, and SQS takes {SqsLimits.MaxBytes:N0}",
                SqsException.MessageTooLong, ErrorType.Sender);
        Enter(cancellationToken);
        try
        {
            await RepeatAsync(entry, size, cancellationToken);
        }
        catch (OperationCanceledException exception) when (
            !cancellationToken.IsCancellationRequested && _stop.IsCancellationRequested)
        {
            throw Stopped(exception);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Sends what is there without further waiting, up to a limit. What comes later is refused.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isStopping = true;
            if (_callers == 0)
                _drained.TrySetResult();
            Pump();
        }

        try
        {
            await _drained.Task.WaitAsync(options.FlushLimit, time);
        }
        catch (TimeoutException)
        {
            await _stop.CancelAsync();
            lock (_lock)
            {
                while (_waiting.First is { } first)
                {
                    _waiting.RemoveFirst();
                    first.Value.Done.TrySetException(Stopped(inner: null));
                }
            }

            await _drained.Task;
        }

        if (_timer is not null)
            await _timer.DisposeAsync();
        _room.Dispose();
        _stop.Dispose();
    }

    private async Task RepeatAsync(TEntry entry, int size, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await _room.WaitAsync(either.Token);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var failure = await QueueAsync(entry, size, cancellationToken);
                if (failure is null)
                    return;
                if (failure.SenderFault || attempt >= options.MaxAttempts)
                    throw Failed(
                        $"{failure.Code}: {failure.Message?.TrimEnd('.') ?? "no reason given"}", failure.Code,
                        failure.SenderFault ? ErrorType.Sender : ErrorType.Receiver);
                await Task.Delay(PauseAfter(attempt), time, either.Token);
            }
        }
        finally
        {
            _room.Release();
        }
    }

    /// <returns>Null when it was carried out.</returns>
    private async Task<BatchResultErrorEntry?> QueueAsync(TEntry entry, int size, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(entry, size, time.GetTimestamp());
        lock (_lock)
        {
            if (_stop.IsCancellationRequested)
                throw Stopped(inner: null);
            waiter.Linger = _requests > 0 || options.LingersWhenIdle ? options.Linger : TimeSpan.Zero;
            waiter.Place = _waiting.AddLast(waiter);
            Pump();
        }

        await using var registration = cancellationToken.UnsafeRegister(_ => TakeBack(waiter, cancellationToken), null);
        return await waiter.Done.Task;
    }

    private void TakeBack(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.Place?.List is null)
                return;
            _waiting.Remove(waiter.Place);
        }

        waiter.Done.TrySetCanceled(cancellationToken);
    }

    /// <summary>Starts the requests whose time has come. The lock is held.</summary>
    private void Pump()
    {
        while (_requests < options.Slots && _waiting.First is { } first && !_stop.IsCancellationRequested)
        {
            var patience = first.Value.Linger - time.GetElapsedTime(first.Value.Since);
            var ready = CountReady();
            if (!_isStopping && !ready.IsFull && patience > TimeSpan.Zero)
            {
                // Rounded up: a timer that fires early would only be set again.
                var pause = TimeSpan.FromMilliseconds(Math.Ceiling(patience.TotalMilliseconds));
                _timer ??= time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _timer.Change(pause, Timeout.InfiniteTimeSpan);
                return;
            }

            _requests++;
            _ = RequestAsync(Take(ready.Entries));
        }
    }

    private void OnTimer()
    {
        lock (_lock)
            Pump();
    }

    /// <returns>How many of the first fit in one request, and whether no more would.</returns>
    private (int Entries, bool IsFull) CountReady()
    {
        var (entries, bytes) = (0, 0);
        for (var place = _waiting.First; place is not null; place = place.Next)
        {
            if (entries == SqsLimits.MaxEntries || bytes + place.Value.Size > SqsLimits.MaxBytes)
                return (entries, true);
            entries++;
            bytes += place.Value.Size;
        }

        return (entries, entries == SqsLimits.MaxEntries || bytes == SqsLimits.MaxBytes);
    }

    private List<Waiter> Take(int count)
    {
        var batch = new List<Waiter>(count);
        while (batch.Count < count)
        {
            batch.Add(_waiting.First!.Value);
            _waiting.RemoveFirst();
        }

        return batch;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, the callers are told.")]
    private async Task RequestAsync(List<Waiter> batch)
    {
        // The lock is held by who starts this.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        BatchResult? result = null;
        Exception? failure = null;
        try
        {
            result = await send([.. batch.Select((waiter, place) => withId(waiter.Entry, IdOf(place)))], _stop.Token);
        }
        catch (OperationCanceledException exception)
        {
            failure = Stopped(exception);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        // Before the callers are told: the next entry of one of them is not to wait for the company of this request.
        lock (_lock)
        {
            _requests--;
            Pump();
        }

        if (result is not null)
            Tell(batch, result);
        else
            foreach (var waiter in batch)
                waiter.Done.TrySetException(failure!);
    }

    private void Tell(List<Waiter> batch, BatchResult result)
    {
        var failures = new Dictionary<string, BatchResultErrorEntry>(StringComparer.Ordinal);
        foreach (var failed in result.Failed)
            failures[failed.Id] = failed;
        var successes = result.Successful.Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
        for (var place = 0; place < batch.Count; place++)
            if (failures.TryGetValue(IdOf(place), out var failure))
                batch[place].Done.TrySetResult(failure);
            else if (successes.Contains(IdOf(place)))
                batch[place].Done.TrySetResult(null);
            else if (options.RepeatsUnmentioned)
                batch[place].Done.TrySetResult(new() { Code = SqsException.NotInResult, Message = Unmentioned });
            else
                batch[place].Done.TrySetException(Failed(Unmentioned, SqsException.NotInResult, ErrorType.Receiver));
    }

    private void Enter(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_isStopping)
                throw Stopped(inner: null);
            _callers++;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _callers--;
            if (_isStopping && _callers == 0)
                _drained.TrySetResult();
        }
    }

    [SuppressMessage("Security", "CA5394", Justification = "Jitter is no secret.")]
    private TimeSpan PauseAfter(int attempt) =>
        options.RetryDelay * Math.Pow(2, Math.Min(attempt - 1, 10)) * Random.Shared.NextDouble();

    private SqsException Stopped(Exception? inner) => SqsException.Of(
        operation, queue, "the queue was stopped before it was done; it may have been carried out or not",
        SqsException.Stopped,
        ErrorType.Unknown, inner);

    private SqsException Failed(string cause, string code, ErrorType type) =>
        SqsException.Of(operation, queue, cause, code, type);

    private static string IdOf(int place) => place.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private sealed class Waiter(TEntry entry, int size, long since)
    {
        public TEntry Entry => entry;

        public int Size => size;

        public long Since => since;

        public TimeSpan Linger { get; set; }

        public LinkedListNode<Waiter>? Place { get; set; }

        /// <summary>Null when the entry was carried out.</summary>
        public TaskCompletionSource<BatchResultErrorEntry?> Done { get; } = new(
            TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
