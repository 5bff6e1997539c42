namespace WorkerFleet.Cli.Health;

/// <summary>Which checks an endpoint asks.</summary>
internal static class HealthTags
{
    /// <summary>The process is to be ended and started anew when one of these fails, and in no other case.</summary>
    public const string Live = "live";

    /// <summary>The process can work now. MassTransit gives its check of the bus this tag too.</summary>
    public const string Ready = "ready";

    /// <summary>The process has started.</summary>
    public const string Startup = "startup";

    public static readonly IReadOnlyList<string> All = [Live, Ready, Startup];
}
