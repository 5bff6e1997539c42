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
}
