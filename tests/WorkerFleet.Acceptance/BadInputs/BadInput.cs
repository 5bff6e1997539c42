namespace WorkerFleet.Acceptance.BadInputs;

/// <summary>Something that a user can get wrong.</summary>
/// <param name="Arguments">The command line.</param>
/// <param name="Says">What the message has to hold: what is wrong, where, and, where it is not plain, what to do.</param>
public sealed record BadInput(IReadOnlyList<string> Arguments, params string[] Says)
{
    /// <summary>Environment variables, by name.</summary>
    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>Standard input; null for none.</summary>
    public string? Input { get; init; }

    /// <summary>A run of a source with an agent and a prompt that are fine.</summary>
    public static BadInput Run(string source, IEnumerable<string> options, params string[] says) =>
        new(["run", source, "--agent", "echo", "--prompt", "{{city}}", .. options], says);
}
