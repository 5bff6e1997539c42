using System.Numerics;

namespace WorkerFleet.Ledger;

/// <summary>A set of small numbers, a bit each: the pending rows of a slice, or the settled slices of a batch.</summary>
public sealed class RowSet
{
    private byte[] _bits;

    public RowSet(int capacity = 0) => _bits = new byte[(capacity + 7) / 8];

    private RowSet(byte[] bits) => _bits = bits;

    /// <summary>How many numbers are in the set.</summary>
    public int Count => _bits.Sum(b => BitOperations.PopCount(b));

    public bool IsEmpty => !_bits.AsSpan().ContainsAnyExcept((byte)0);

    /// <summary>The set of 0 to <paramref name="count"/> − 1.</summary>
    public static RowSet Full(int count)
    {
        var set = new RowSet(count);
        for (var i = 0; i < count; i++)
            set.Add(i);
        return set;
    }

    public static RowSet FromBytes(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    public byte[] ToBytes() => [.. _bits];

    public RowSet Copy() => FromBytes(_bits);

    public bool Contains(int number) =>
        number >= 0 && number >> 3 < _bits.Length && (_bits[number >> 3] & (1 << (number & 7))) != 0;

    /// <returns>False when it was in the set before.</returns>
    public bool Add(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        if (Contains(number))
            return false;
        if (number >> 3 >= _bits.Length)
            Array.Resize(ref _bits, (number >> 3) + 1);
        _bits[number >> 3] |= (byte)(1 << (number & 7));
        return true;
    }

    /// <returns>False when it was not in the set.</returns>
    public bool Remove(int number)
    {
        if (!Contains(number))
            return false;
        _bits[number >> 3] &= (byte)~(1 << (number & 7));
        return true;
    }

    /// <summary>The numbers of the set in ascending order.</summary>
    public IEnumerable<int> Numbers()
    {
        for (var i = 0; i < _bits.Length * 8; i++)
            if (Contains(i))
                yield return i;
    }
}
