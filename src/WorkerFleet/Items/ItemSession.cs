using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkerFleet.Items;

/// <summary>
/// Derives the sessions of an item. Its journal is one session. The agent gets one for each attempt, so that an attempt never meets
/// what another has left in it; a redelivery of the same attempt meets the same session.
/// </summary>
public static partial class ItemSession
{
    /// <summary>
    /// <c>b-{batch:N}-{index:D10}</c>, the session of the item's journal; the padding keeps those of one batch in row order in every
    /// store.
    /// </summary>
    public static string IdFor(Guid batchId, long index) =>
        string.Create(CultureInfo.InvariantCulture, $"b-{batchId:N}-{index:D10}");

    /// <summary>
    /// <c>b-{batch:N}-{index:D10}-{attempt}</c>, the agent's session: 47 to 50 characters, inside AgentCore's 33 to 100 of
    /// [a-zA-Z0-9-_].
    /// </summary>
    public static string ForAttempt(Guid batchId, long index, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{IdFor(batchId, index)}-{attempt}");

    /// <summary>The attempt that an agent's session is of.</summary>
    /// <returns>Null for a session that is none of ours.</returns>
    public static ItemAttempt? Parse(string session) =>
        Pattern().Match(session) is { Success: true } match
            ? new(Guid.ParseExact(match.Groups[1].ValueSpan, "N"),
                long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture),
                int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture))
            : null;

    [GeneratedRegex(@"\Ab-([0-9a-f]{32})-([0-9]{10,18})-([1-9][0-9]{0,5})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

/// <param name="BatchId">The batch.</param>
/// <param name="Index">Row number, from 0.</param>
/// <param name="Attempt">From 1.</param>
public readonly record struct ItemAttempt(Guid BatchId, long Index, int Attempt);
