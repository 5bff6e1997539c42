using System.Text.Json;

namespace WorkerFleet.Api.Submission;

/// <summary>A batch that was submitted.</summary>
/// <param name="BatchId">Of the batch.</param>
/// <param name="Rows">Of its source; null where the request is a repeat.</param>
/// <param name="Existing">Whether it was there before, by the same idempotency key.</param>
public sealed record SubmittedJson(Guid BatchId, long Rows, bool Existing);

/// <summary>A batch whose source is there already.</summary>
/// <param name="Source">Below a configured root: a path, or an address such as s3://bucket/key.</param>
/// <param name="Options">Those of fleet submit, without dashes: texts, numbers, booleans, and lists of them; template
/// is JSON.</param>
public sealed record SubmitJson(string? Source, IReadOnlyDictionary<string, JsonElement>? Options)
{
    public SubmitJson() : this(null, null)
    {
    }
}

/// <summary>What would be sent.</summary>
/// <param name="Format">csv, tsv or jsonl.</param>
/// <param name="Columns">Of the source.</param>
/// <param name="Rows">The first ones.</param>
/// <param name="Problems">What would stop the submission: all of it.</param>
public sealed record PreviewJson(
    string? Format, IReadOnlyList<string> Columns, IReadOnlyList<PreviewRowJson> Rows, IReadOnlyList<string> Problems);

/// <param name="Row">Number, from 0.</param>
/// <param name="Id">Your own id.</param>
/// <param name="Agent">It would go to.</param>
/// <param name="Input">It would receive.</param>
/// <param name="Problem">Why it would be rejected.</param>
public sealed record PreviewRowJson(long Row, string? Id, string? Agent, JsonElement? Input, string? Problem);
