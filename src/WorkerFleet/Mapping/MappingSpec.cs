using System.Text.Json.Serialization;

namespace WorkerFleet.Mapping;

/// <summary>How a row becomes the input of an agent. With neither prompt nor template, the row itself is the input.</summary>
public sealed record MappingSpec
{
    /// <summary>Handlebars template that makes <c>{"messages":[{"role":"user","content":…}]}</c>.</summary>
    public string? Prompt { get; init; }

    /// <summary>JSON text whose string values (not its property names) are Handlebars templates.</summary>
    public string? Template { get; init; }

    /// <summary>Column that holds the user's own id of a row.</summary>
    public string? IdColumn { get; init; }

    /// <summary>Columns to copy into the results; null for all.</summary>
    public IReadOnlyList<string>? PassThrough { get; init; }

    /// <summary>
    /// Column that holds the right answer, which answers are compared with; null: they are not judged. Where the row itself is
    /// the agent's input, it is left out of that.
    /// </summary>
    // Left out where it is not used, as is the pointer: fingerprints of batches from before are to stay the same.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExpectedColumn { get; init; }

    /// <summary>
    /// Where in the agent's output its answer is, as a JSON Pointer (RFC 6901) such as <c>/label</c>; null: the output is
    /// the answer.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AnswerPointer { get; init; }
}
