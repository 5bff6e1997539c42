using System.Text;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Api.Items;

/// <summary>A page of rows, in their order.</summary>
/// <param name="Items">Rows that the filters let through; there may be fewer than asked for, or none, although there
/// are more.</param>
/// <param name="Rows">Of the batch.</param>
/// <param name="ScannedToRow">All rows before this one were looked at.</param>
/// <param name="NextCursor">To go on from there; null behind the last row.</param>
public sealed record ItemPageJson(
    IReadOnlyList<ItemRowJson> Items, long Rows, long ScannedToRow, string? NextCursor);

/// <summary>One row of a list: all of it but events, input and the whole output.</summary>
/// <param name="Id">Your own id of the row; null without an id column, and until it is settled.</param>
/// <param name="OutputPreview">Beginning of the output, as text.</param>
/// <param name="Usage">What all attempts used; null where that is not known.</param>
public sealed record ItemRowJson(
    long Row, string? Id, ItemState State, string? Agent, int Attempts, int Round, DateTimeOffset? StartedAt,
    DateTimeOffset? SettledAt, double? DurationMs, string? OutputPreview, ItemFailure? Error,
    UsageJson? Usage = null)
{
    /// <summary>Bytes of an output that a list shows.</summary>
    private const int PreviewBytes = 256;

    public static ItemRowJson Pending(long row) =>
        new(row, null, ItemState.Pending, null, 0, 0, null, null, null, null, null);

    public static ItemRowJson Of(Settlement item) => new(
        item.Index, item.ItemId, item.State, item.Agent.Length == 0 ? null : item.Agent, item.Attempts, item.Round,
        item.StartedAt, item.SettledAt, item.StartedAt is null ? null : item.Duration.TotalMilliseconds,
        PreviewOf(item.Output.Span), item.Failure, UsageJson.Of(item.Usage.Total));

    private static string? PreviewOf(ReadOnlySpan<byte> output)
    {
        if (output.Length <= PreviewBytes)
            return output.IsEmpty ? null : Encoding.UTF8.GetString(output);
        var end = PreviewBytes;
        // Not in the middle of a character.
        while (end > 0 && (output[end] & 0xC0) == 0x80)
            end--;
        return Encoding.UTF8.GetString(output[..end]) + "…";
    }
}
