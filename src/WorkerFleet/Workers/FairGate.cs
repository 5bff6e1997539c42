using WorkerFleet.Batches;

namespace WorkerFleet.Workers;

/// <summary>
/// Lets in as many as there are places: in all, of each key, and (where given) of each second key. Who comes next is
/// decided by priority, then by turns among the keys that wait, then by arrival. Capacities can be changed at any time.
/// </summary>
/// <remarks>
/// Whoever could go in is let in at once, under the lock, so that whoever waits is held up by the total, its key or its
/// second key. It takes a place of all three together or of none: nothing is held by who waits.
/// </remarks>
public sealed class FairGate(int capacity)
{
    private readonly Lock _lock = new();

    /// <summary>Keys with waiters by priority, the one whose turn it is first.</summary>
    private readonly LinkedList<Lane>[] _levels = [.. Enum.GetValues<BatchPriority>().Select(_ => new LinkedList<Lane>())];

    private int _capacity = capacity;
    private int _inUse;
    private long _arrivals;
    private bool _closed;

    /// <summary>Places taken.</summary>
    public int InUse => Volatile.Read(ref _inUse);

    /// <summary>Waits for a place.</summary>
    /// <param name="key">What places are divided among, by turns.</param>
    /// <param name="priority">Higher goes first.</param>
    /// <param name="second">Another limit that counts as well; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The place, to be disposed of once.</returns>
    /// <exception cref="OperationCanceledException">It gave up, or the gate is closed.</exception>
    public ValueTask<Place> EnterAsync(
        GateKey key, BatchPriority priority, GateKey? second, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<Place>(cancellationToken);
        Waiter waiter;
        lock (_lock)
        {
            if (_closed)
                return ValueTask.FromCanceled<Place>(new CancellationToken(canceled: true));
            // Where time alone makes room, others can wait for it still.
            if (_inUse < _capacity && second is not { HasValve: true, Waiting: > 0 } && key.HasRoom
                && second is not { HasRoom: false })
            {
                var place = Take(key, second);
                NotePeak(key, second);
                return new(place);
            }

            waiter = new(this, key, second, _arrivals++);
            Enqueue(waiter, (int)priority);
            NotePeak(key, second);
            if (second is { HasValve: true })
                LetIn();
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Looks again who could go in: a valve may have opened.</summary>
    public void Recheck()
    {
        lock (_lock)
            LetIn();
    }

    /// <summary>Turns away all who wait with a second key; they may come again.</summary>
    public void TurnAway(GateKey second)
    {
        lock (_lock)
            foreach (var level in _levels)
                foreach (var lane in level.ToList())
                    foreach (var waiter in lane.All().Where(waiter => waiter.Second == second))
                    {
                        Remove(waiter);
                        waiter.TrySetCanceled();
                    }
    }

    /// <summary>Changes the places in all. Where there are fewer now, those in use run out.</summary>
    public void Resize(int capacity)
    {
        lock (_lock)
        {
            _capacity = capacity;
            LetIn();
        }
    }

    /// <summary>Changes the places of a key. Where there are fewer now, those in use run out.</summary>
    public void Resize(GateKey key, int capacity)
    {
        lock (_lock)
        {
            key.Capacity = capacity;
            LetIn();
        }
    }

    /// <summary>What is going on with a key; begins a new <see cref="GateUse.Peak"/>.</summary>
    public GateUse Read(GateKey key)
    {
        lock (_lock)
        {
            var peak = key.Peak;
            key.Peak = key.InUse + key.Waiting;
            return new(key.InUse, key.Waiting, peak, key.Capacity);
        }
    }

    /// <summary>Whether nobody of the key has a place or waits for one.</summary>
    public bool IsUnused(GateKey key)
    {
        lock (_lock)
            return key.InUse + key.Waiting == 0;
    }

    /// <summary>Turns away all who wait, and all who come from now on.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var level in _levels)
                while (level.First is { } lane)
                    foreach (var waiter in lane.Value.All())
                    {
                        Remove(waiter);
                        waiter.TrySetCanceled();
                    }
        }
    }

    internal void Leave(GateKey key, GateKey? second)
    {
        lock (_lock)
        {
            _inUse--;
            key.InUse--;
            if (second is not null)
                second.InUse--;
            LetIn();
        }
    }

    private static async ValueTask<Place> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((Waiter)state!).Gate.GiveUp((Waiter)state, token), waiter);
        return await waiter.Task;
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.Node.List is null)
                return;
            Remove(waiter);
        }

        waiter.TrySetCanceled(cancellationToken);
    }

    private void LetIn()
    {
        while (_inUse < _capacity && Next() is { } waiter)
        {
            Remove(waiter);
            waiter.SetResult(Take(waiter.Key, waiter.Second));
        }
    }

    private Waiter? Next()
    {
        for (var level = _levels.Length - 1; level >= 0; level--)
            for (var node = _levels[level].First; node is not null; node = node.Next)
                if (node.Value.Key.HasRoom && node.Value.FirstWithRoom() is { } waiter)
                {
                    _levels[level].Remove(node);
                    _levels[level].AddLast(node);
                    return waiter;
                }

        return null;
    }

    private Place Take(GateKey key, GateKey? second)
    {
        _inUse++;
        key.InUse++;
        if (second is not null)
        {
            second.InUse++;
            second.Valve?.OnTaken();
        }

        return new(this, key, second);
    }

    private static void NotePeak(GateKey key, GateKey? second)
    {
        key.Peak = Math.Max(key.Peak, key.InUse + key.Waiting);
        if (second is not null)
            second.Peak = Math.Max(second.Peak, second.InUse + second.Waiting);
    }

    private void Enqueue(Waiter waiter, int level)
    {
        var lane = waiter.Key.Lanes[level] ??= new(waiter.Key, level);
        if (lane.Node.List is null)
            _levels[level].AddLast(lane.Node);
        lane.Add(waiter);
        waiter.Key.Waiting++;
        if (waiter.Second is not null)
            waiter.Second.Waiting++;
    }

    private void Remove(Waiter waiter)
    {
        var lane = waiter.Lane!;
        if (lane.Remove(waiter))
            _levels[lane.Level].Remove(lane.Node);
        waiter.Key.Waiting--;
        if (waiter.Second is not null)
            waiter.Second.Waiting--;
    }

    internal sealed class Waiter : TaskCompletionSource<Place>
    {
        public Waiter(FairGate gate, GateKey key, GateKey? second, long arrival)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            (Gate, Key, Second, Arrival) = (gate, key, second, arrival);
            Node = new(this);
        }

        public FairGate Gate { get; }

        public GateKey Key { get; }

        public GateKey? Second { get; }

        public long Arrival { get; }

        public LinkedListNode<Waiter> Node { get; }

        public Lane? Lane { get; set; }
    }

    /// <summary>Those of one key and priority that wait: a queue for each second key, of which there are few.</summary>
    internal sealed class Lane
    {
        private readonly List<(GateKey? Second, LinkedList<Waiter> Waiters)> _queues = [];

        public Lane(GateKey key, int level)
        {
            (Key, Level) = (key, level);
            Node = new(this);
        }

        public GateKey Key { get; }

        public int Level { get; }

        public LinkedListNode<Lane> Node { get; }

        public void Add(Waiter waiter)
        {
            waiter.Lane = this;
            var queue = _queues.Find(queue => queue.Second == waiter.Second).Waiters;
            if (queue is null)
                _queues.Add((waiter.Second, queue = new()));
            queue.AddLast(waiter.Node);
        }

        /// <returns>Whether nobody waits any more.</returns>
        public bool Remove(Waiter waiter)
        {
            var queue = waiter.Node.List!;
            queue.Remove(waiter.Node);
            if (queue.Count == 0)
                _queues.RemoveAll(entry => entry.Waiters == queue);
            return _queues.Count == 0;
        }

        public Waiter? FirstWithRoom()
        {
            Waiter? first = null;
            foreach (var (second, waiters) in _queues)
                if (second is not { HasRoom: false } && !(first?.Arrival < waiters.First!.Value.Arrival))
                    first = waiters.First.Value;
            return first;
        }

        public IReadOnlyList<Waiter> All() => [.. _queues.SelectMany(queue => queue.Waiters)];
    }
}

/// <summary>Something that has a limit of its own at one gate. Read and changed by the gate only.</summary>
/// <param name="capacity">Places.</param>
/// <param name="valve">As a second key: what else decides whether there is room; null for nothing.</param>
public sealed class GateKey(int capacity, IGateValve? valve = null)
{
    internal IGateValve? Valve => valve;

    internal bool HasValve => valve is not null;

    internal int Capacity { get; set; } = capacity;

    internal int InUse { get; set; }

    internal int Waiting { get; set; }

    internal int Peak { get; set; }

    internal bool HasRoom => InUse < Capacity && valve is not { IsOpen: false };

    internal FairGate.Lane?[] Lanes { get; } = new FairGate.Lane?[Enum.GetValues<BatchPriority>().Length];
}

/// <param name="InUse">Places taken.</param>
/// <param name="Waiting">How many wait for one.</param>
/// <param name="Peak">Most of both together since this was read last.</param>
/// <param name="Capacity">Places there are.</param>
public readonly record struct GateUse(int InUse, int Waiting, int Peak, int Capacity);

/// <summary>A place at a gate. Disposed of once; the default is no place.</summary>
public readonly struct Place : IDisposable
{
    private readonly FairGate? _gate;
    private readonly GateKey _key;
    private readonly GateKey? _second;

    internal Place(FairGate gate, GateKey key, GateKey? second) => (_gate, _key, _second) = (gate, key, second);

    public void Dispose() => _gate?.Leave(_key, _second);
}
