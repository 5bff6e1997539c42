namespace WorkerFleet.Cli.Options;

/// <summary>A value as it was written, before anything is made of it.</summary>
/// <param name="Value">The text.</param>
/// <param name="Where">
/// Where it stands, as a message begins: <c>--concurrency</c>, or <c>batch.yaml:7: limits.concurrency</c>.
/// </param>
/// <param name="IsElement">Whether it stood in a list of a file, where a comma separates nothing.</param>
internal readonly record struct SettingText(string Value, string Where, bool IsElement = false);
