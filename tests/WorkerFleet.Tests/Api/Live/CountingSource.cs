using WorkerFleet.Api.Live;

namespace WorkerFleet.Tests.Api.Live;

/// <summary>Something to watch that a test changes.</summary>
internal sealed class CountingSource : ILiveSource<CountingSource.Number>
{
    private int _value = 1;
    private int _reads;
    private volatile bool _counts;

    public int Reads => Volatile.Read(ref _reads);

    /// <summary>What is read from now on; 0 is the end, and below it there is nothing.</summary>
    public int Value
    {
        get => Volatile.Read(ref _value);
        set => Volatile.Write(ref _value, value);
    }

    /// <summary>Grows with each look, so that each is worth telling.</summary>
    public bool Counts
    {
        get => _counts;
        set => _counts = value;
    }

    public Task<Number?> ReadAsync(CancellationToken cancellationToken)
    {
        var reads = Interlocked.Increment(ref _reads);
        return Task.FromResult(Value < 0 ? null : new Number(0, Counts && Value > 0 ? reads : Value));
    }

    public bool IsFinal(Number value) => value.Value == 0;

    public Number Stamp(Number value, long sequence, DateTimeOffset at) => value with { Sequence = sequence };

    internal sealed record Number(long Sequence, int Value);
}
