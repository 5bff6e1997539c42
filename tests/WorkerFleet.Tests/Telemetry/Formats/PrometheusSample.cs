namespace WorkerFleet.Tests.Telemetry.Formats;

/// <summary>One line of a scrape that has a value.</summary>
public sealed record PrometheusSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);
