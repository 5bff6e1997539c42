using WorkerFleet.Items;

namespace WorkerFleet.AgentCore;

/// <summary>Makes a failure's message from text that others wrote.</summary>
internal static class OneLine
{
    /// <summary>
    /// Control characters become spaces; at most <see cref="ItemFailure.MaxMessageLength"/> characters.
    /// </summary>
    public static string Of(string text)
    {
        var line = string.Create(text.Length, text, (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? ' ' : source[i];
        }).Trim();
        if (line.Length <= ItemFailure.MaxMessageLength)
            return line;
        var length = ItemFailure.MaxMessageLength - 1;
        // Never half of a character.
        return string.Concat(line.AsSpan(0, char.IsHighSurrogate(line[length - 1]) ? length - 1 : length), "…");
    }
}
