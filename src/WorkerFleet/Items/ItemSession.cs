using System.Globalization;

namespace WorkerFleet.Items;

/// <summary>Derives the agent session of an item, so that a redelivery meets the same session.</summary>
public static class ItemSession
{
    /// <summary>
    /// <c>b-{batch:N}-{index:D10}</c>: 45 characters, inside AgentCore's 33 to 100 of [a-zA-Z0-9-_]; the padding keeps
    /// the sessions of one batch in row order in every store.
    /// </summary>
    public static string IdFor(Guid batchId, long index) =>
        string.Create(CultureInfo.InvariantCulture, $"b-{batchId:N}-{index:D10}");
}
