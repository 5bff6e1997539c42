using WorkerFleet.DynamoDb.Client;

namespace WorkerFleet.DynamoDb;

/// <summary>
/// Says when to ask what is due, and where: at intervals where nothing was, so that an idle fleet costs little, the shard of the
/// commands and one of the others in turn; all of them at once where this process knows of something.
/// </summary>
internal sealed class SweepRhythm(DynamoTables tables)
{
    /// <summary>Due times remembered; beyond, it asks each time.</summary>
    private const int MaxExpected = 10_000;

    private static readonly int[] AllShards = [.. Enumerable.Range(0, ScheduleItems.Shards)];
    private static readonly int[][] Turns =
        [.. AllShards.Where(shard => shard != ScheduleItems.CommandShard).Select(shard => new[] { ScheduleItems.CommandShard, shard })];

    private readonly Lock _lock = new();
    private readonly PriorityQueue<DateTimeOffset, DateTimeOffset> _expected = new();
    private long? _foundNothing;
    private int _turn;

    /// <summary>This process has put a message that is due then.</summary>
    public void Expect(DateTimeOffset dueAt)
    {
        lock (_lock)
        {
            if (_expected.Count < MaxExpected)
                _expected.Enqueue(dueAt, dueAt);
            else
                _foundNothing = null;
        }
    }

    /// <returns>The shards to ask; none when it is not time.</returns>
    public IReadOnlyList<int> ShardsToAsk(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_foundNothing is not { } at || _expected.Count == MaxExpected
                || (_expected.TryPeek(out var next, out _) && next <= now))
                return AllShards;
            if (tables.Options.ScheduleInterval == TimeSpan.Zero)
                return AllShards;
            if (tables.Time.GetElapsedTime(at) < tables.Options.ScheduleInterval)
                return [];
            _turn = (_turn + 1) % Turns.Length;
            return Turns[_turn];
        }
    }

    public void Swept(DateTimeOffset now, bool found)
    {
        lock (_lock)
        {
            while (_expected.TryPeek(out var next, out _) && next <= now)
                _expected.Dequeue();
            _foundNothing = found ? null : tables.Time.GetTimestamp();
        }
    }
}
