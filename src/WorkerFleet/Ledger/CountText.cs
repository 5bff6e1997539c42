using System.Globalization;

namespace WorkerFleet.Ledger;

/// <summary>Numbers of things in sentences.</summary>
internal static class CountText
{
    /// <summary><c>1 slice</c>, <c>2 slices</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">In the singular; its plural ends in s.</param>
    public static string Of(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
