namespace WorkerFleet.Ledger;

/// <summary>A place in a source between two rows, from which reading can go on.</summary>
/// <param name="Index">Row number of the row that follows, from 0.</param>
/// <param name="ByteOffset">Bytes before that row.</param>
/// <param name="Line">Physical line on which that row starts, from 1.</param>
public readonly record struct SourcePosition(long Index, long ByteOffset, long Line);
