using System.Text.Json;
using WorkerFleet.Ledger;

namespace WorkerFleet.Items;

/// <summary>Run one attempt of one row of a batch.</summary>
/// <param name="BatchId">Version-7 UUID, made when the batch was submitted.</param>
/// <param name="Index">Row number in the source, from 0.</param>
/// <param name="Attempt">1 on the first try; counts on over replays.</param>
/// <param name="Agent">Name of the configured agent to invoke.</param>
/// <param name="Input">
/// The mapped input: what the agent receives. JSON's null where it is too large for a message (see <see cref="InputAt"/>).
/// </param>
/// <param name="Slice">Number of the slice that holds the row, from 0.</param>
/// <param name="ItemId">The user's own id of the row, if a column gives one.</param>
/// <param name="Round">0, and one more with every replay of the batch.</param>
/// <param name="MayRepeat">True when the item may have been sent before, so that the journal has to be read first.</param>
/// <param name="HeldSince">
/// Since when the item has been held back, because its agent does not work or throttles; null when it is not.
/// </param>
/// <param name="InputAt">
/// Where in the batch's source the row is, of which the worker makes the input again; null where the message has it.
/// </param>
/// <param name="SentBy">
/// The span that sent it, as W3C's traceparent: the dispatch, or the delivery before; null where nobody records spans.
/// </param>
public sealed record ProcessBatchItem(
    Guid BatchId,
    long Index,
    int Attempt,
    string Agent,
    JsonElement Input,
    int Slice = 0,
    string? ItemId = null,
    int Round = 0,
    bool MayRepeat = false,
    DateTimeOffset? HeldSince = null,
    SourcePosition? InputAt = null,
    string? SentBy = null)
{
    /// <summary>
    /// Most bytes of input, as JSON in UTF-8, that travel in the message. Escaped for the wire a byte becomes six at most, and
    /// the least that brokers take is a message of 1 MiB (Amazon SQS, which also takes money for each 64 KiB).
    /// </summary>
    public const int MaxInputBytes = 128 * 1024;

    /// <summary>JSON's null, where the message carries no input.</summary>
    public static JsonElement NoInput { get; } = JsonElement.Parse("null");
}
