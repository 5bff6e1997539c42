using WorkerFleet.Ledger;

namespace WorkerFleet.Sources;

/// <summary>
/// Finds and judges one record at a time. Holds the last one's fields, so it serves one reader. What it says depends on the
/// bytes alone, never on how they came in: that is what lets reading start again anywhere.
/// </summary>
internal interface IRecordFormat
{
    /// <summary>Looks at the record that begins with <paramref name="window"/>, which is not empty.</summary>
    /// <param name="window">At most <see cref="RecordWindow.Limit"/> bytes.</param>
    /// <param name="end">What follows the window.</param>
    /// <param name="line">Physical line on which the window starts.</param>
    RecordFrame Parse(ReadOnlySpan<byte> window, WindowEnd end, long line);

    /// <summary>The row of the record that was parsed last, which had no problem.</summary>
    SourceRow CreateRow(ReadOnlySpan<byte> record, SourcePosition position, SourcePosition next);
}

internal enum WindowEnd
{
    /// <summary>More bytes may follow.</summary>
    Open,

    /// <summary>The source ends here.</summary>
    EndOfSource,

    /// <summary>A record that is not over here is too long.</summary>
    Limit,
}

internal enum FrameKind
{
    /// <summary>The record is not over within the window, and more bytes may follow.</summary>
    Incomplete,

    /// <summary>A blank line, which is no row.</summary>
    Blank,

    Good,

    /// <summary>A malformed record that is over within the window.</summary>
    Bad,

    /// <summary>A malformed record that reaches to the end of its first line, which is not within the window.</summary>
    BadToLineEnd,
}

/// <param name="Kind">What was found.</param>
/// <param name="Length">Bytes of the record, its line end included.</param>
/// <param name="Content">Bytes of the record without its line end.</param>
/// <param name="Problem">Of a malformed one.</param>
internal readonly record struct RecordFrame(FrameKind Kind, int Length, int Content, string? Problem)
{
    public static readonly RecordFrame Incomplete = new(FrameKind.Incomplete, 0, 0, null);

    public static RecordFrame Blank(int length) => new(FrameKind.Blank, length, 0, null);

    /// <summary>A malformed record: it ends with its first physical line, where reading is in step again.</summary>
    public static RecordFrame FirstLine(ReadOnlySpan<byte> window, WindowEnd end, string problem)
    {
        var lineEnd = window.IndexOf((byte)'\n');
        if (lineEnd >= 0)
            return new RecordFrame(FrameKind.Bad, lineEnd + 1, lineEnd, problem);

        return end switch
        {
            WindowEnd.Open => Incomplete,
            WindowEnd.EndOfSource => new RecordFrame(FrameKind.Bad, window.Length, window.Length, problem),
            _ => new RecordFrame(FrameKind.BadToLineEnd, 0, 0, problem),
        };
    }
}
