namespace WorkerFleet.AgentCore.DataPlane;

/// <summary>What AgentCore takes as the id of a session.</summary>
internal static class RuntimeSession
{
    public const int MinLength = 33;

    /// <summary>Requests may have 256; what AWS's answers describe has no more than this.</summary>
    public const int MaxLength = 100;

    /// <returns>Null when it can be used.</returns>
    public static string? ProblemOf(string id) =>
        id.Length is < MinLength or > MaxLength
            ? $"the session id '{id}' has {id.Length} characters; AgentCore takes {MinLength} to {MaxLength}"
            : !char.IsAsciiLetterOrDigit(id[0]) || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
                ? $"the session id '{id}' has other characters than letters, digits, '-' and '_'"
                : null;
}
