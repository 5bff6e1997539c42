namespace WorkerFleet.AgentCore.Authorization;

/// <summary>What a bearer token may look like (RFC 6750, 2.1).</summary>
internal static class BearerToken
{
    /// <summary>Longest one, in characters: servers take no longer headers.</summary>
    public const int MaxLength = 64 * 1024;

    /// <returns>What is wrong, without the token; null when it can be sent.</returns>
    public static string? ProblemOf(string token)
    {
        if (token.Length == 0)
            return "is empty";
        if (token.Length > MaxLength)
            return $"is longer than {MaxLength} characters";
        if (token.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return "begins with 'Bearer'; leave that out, it is added";
        return token.All(character => char.IsAsciiLetterOrDigit(character) || "-._~+/=".Contains(character))
            ? null
            : "has a character that no bearer token has, such as a space";
    }
}
