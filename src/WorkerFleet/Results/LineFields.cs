using System.Text.Json;

namespace WorkerFleet.Results;

/// <summary>Fields of the lines, encoded once.</summary>
internal static class LineFields
{
    public static readonly JsonEncodedText Row = JsonEncodedText.Encode("row");
    public static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    public static readonly JsonEncodedText State = JsonEncodedText.Encode("state");
    public static readonly JsonEncodedText Input = JsonEncodedText.Encode("input");
    public static readonly JsonEncodedText Output = JsonEncodedText.Encode("output");
    public static readonly JsonEncodedText Error = JsonEncodedText.Encode("error");
    public static readonly JsonEncodedText Kind = JsonEncodedText.Encode("kind");
    public static readonly JsonEncodedText Message = JsonEncodedText.Encode("message");
    public static readonly JsonEncodedText Retryable = JsonEncodedText.Encode("retryable");
    public static readonly JsonEncodedText StatusCode = JsonEncodedText.Encode("status_code");
    public static readonly JsonEncodedText Agent = JsonEncodedText.Encode("agent");
    public static readonly JsonEncodedText Attempts = JsonEncodedText.Encode("attempts");
    public static readonly JsonEncodedText StartedAt = JsonEncodedText.Encode("started_at");
    public static readonly JsonEncodedText DurationMs = JsonEncodedText.Encode("duration_ms");
    public static readonly JsonEncodedText Replayable = JsonEncodedText.Encode("replayable");
    public static readonly JsonEncodedText Group = JsonEncodedText.Encode("group");
    public static readonly JsonEncodedText Session = JsonEncodedText.Encode("session");

    public static readonly JsonEncodedText Usage = JsonEncodedText.Encode("usage");
    public static readonly JsonEncodedText InputTokens = JsonEncodedText.Encode("input_tokens");
    public static readonly JsonEncodedText OutputTokens = JsonEncodedText.Encode("output_tokens");
    public static readonly JsonEncodedText CostUsd = JsonEncodedText.Encode("cost_usd");

    public static readonly JsonEncodedText Expected = JsonEncodedText.Encode("expected");
    public static readonly JsonEncodedText Correct = JsonEncodedText.Encode("correct");

    /// <summary>Writes JSON that is known to be valid; null where there is none.</summary>
    public static void WriteRaw(this Utf8JsonWriter writer, JsonEncodedText name, ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            writer.WriteNull(name);
            return;
        }
        writer.WritePropertyName(name);
        writer.WriteRawValue(json, skipInputValidation: true);
    }
}
