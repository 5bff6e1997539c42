using System.Text;

namespace WorkerFleet.Cli.Rendering;

/// <summary>
/// Text from sources and agents on its way to a terminal, which must not take it for commands.
/// </summary>
internal static class SafeText
{
    /// <summary>One line without control characters, at most <paramref name="length"/> characters.</summary>
    public static string Line(string text, int length = 500)
    {
        var line = new StringBuilder(Math.Min(text.Length, length));
        foreach (var c in text)
        {
            if (line.Length == length)
            {
                line[^1] = '…';
                break;
            }
            if (char.IsControl(c) || c is '\u2028' or '\u2029')
                line.Append(' ');
            else
                line.Append(c);
        }
        return line.ToString().Trim();
    }
}
