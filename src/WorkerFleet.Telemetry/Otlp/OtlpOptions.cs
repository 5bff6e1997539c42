namespace WorkerFleet.Telemetry.Otlp;

/// <summary>
/// <c>Fleet:Telemetry:Otlp</c> and <c>Fleet:Telemetry:Traces</c>, and OpenTelemetry's standard variables, which win.
/// </summary>
public sealed record OtlpOptions
{
    public const double DefaultRowRatio = 0.01;
    public const int DefaultFirstRows = 100;

    /// <summary>Where to, for people; without what may be a secret.</summary>
    public required string Display { get; init; }

    public bool Traces { get; init; } = true;

    public bool Metrics { get; init; } = true;

    public bool Logs { get; init; } = true;

    /// <summary>
    /// Rows of a batch that are traced in any case, from its first on; 0 to 1,000,000,000, by default 100.
    /// </summary>
    public int FirstRows { get; init; } = DefaultFirstRows;

    /// <summary>
    /// Part of the other rows that are traced, 0 to 1, by default 0.01: a row costs a few spans of some hundred
    /// bytes, and nobody looks at a million of them.
    /// </summary>
    public double RowRatio { get; init; } = DefaultRowRatio;

    /// <summary>
    /// What the exporter's packages read by themselves: OpenTelemetry's standard variables, and what counts as
    /// them.
    /// </summary>
    public required IReadOnlyDictionary<string, string?> Variables { get; init; }
}
