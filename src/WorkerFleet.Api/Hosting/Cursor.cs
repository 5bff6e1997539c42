using System.Buffers.Text;
using System.Text;

namespace WorkerFleet.Api.Hosting;

/// <summary>A place in a list, which callers hand back as it is.</summary>
internal static class Cursor
{
    /// <param name="kind">Of the list.</param>
    /// <param name="place">In it.</param>
    public static string Write(string kind, string place) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{kind}:{place}"));

    /// <returns>The place; null when it is none of that list.</returns>
    public static string? Read(string cursor, string kind)
    {
        if (!Base64Url.IsValid(cursor))
            return null;
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return text.StartsWith($"{kind}:", StringComparison.Ordinal) ? text[(kind.Length + 1)..] : null;
    }
}
