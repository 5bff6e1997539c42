using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore.Authorization;

/// <summary>Checks <see cref="AgentAuthOptions"/>; shows nothing of a secret.</summary>
internal static class AuthValidation
{
    /// <param name="agentName">For the keys.</param>
    /// <param name="options">To check.</param>
    /// <returns>Each problem with its key.</returns>
    public static IEnumerable<string> Validate(string agentName, AgentAuthOptions options)
    {
        (string Key, string? Value)[] ways =
        [
            (nameof(options.Profile), options.Profile), (nameof(options.Token), options.Token),
            (nameof(options.TokenFile), options.TokenFile), (nameof(options.TokenUrl), options.TokenUrl),
        ];
        var given = ways.Where(way => way.Value is not null).Select(way => way.Key).ToArray();
        if (given.Length > 1)
            yield return $"{Key(given[1])}: cannot be beside {given[0]}; leave one of them out";
        foreach (var (key, value) in ways)
            if (value is not null && string.IsNullOrWhiteSpace(value))
                yield return $"{Key(key)}: is empty; give it a value, or leave it out";
        if (!string.IsNullOrWhiteSpace(options.Token) && BearerToken.ProblemOf(options.Token) is { } tokenProblem)
            yield return $"{Key(nameof(options.Token))}: {tokenProblem}";
        if (!string.IsNullOrWhiteSpace(options.TokenUrl) && ProblemOfUrl(options.TokenUrl) is { } urlProblem)
            yield return $"{Key(nameof(options.TokenUrl))}: {urlProblem}";
        foreach (var problem in ValidateGrant(options, Key))
            yield return problem;

        string Key(string property) => AgentOptions.KeyOf(agentName, $"{nameof(AgentOptions.Auth)}:{property}");
    }

    private static IEnumerable<string> ValidateGrant(AgentAuthOptions options, Func<string, string> key)
    {
        (string Key, string? Value, bool Required)[] parts =
        [
            (nameof(options.ClientId), options.ClientId, true), (nameof(options.ClientSecret), options.ClientSecret, true),
            (nameof(options.Scope), options.Scope, false),
        ];
        foreach (var (name, value, required) in parts)
            if (options.TokenUrl is null && value is not null)
                yield return $"{key(name)}: is of no use without {nameof(options.TokenUrl)}, the address that grants tokens";
            else if (options.TokenUrl is not null && required && string.IsNullOrWhiteSpace(value))
                yield return $"{key(name)}: is missing; {nameof(options.TokenUrl)} needs it";
    }

    private static string? ProblemOfUrl(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            return "is no https address";
        if (address.UserInfo.Length > 0)
            return $"holds credentials; put them into {nameof(AgentAuthOptions.ClientId)} and " +
                nameof(AgentAuthOptions.ClientSecret);
        return address.Scheme == "http" && !address.IsLoopback ? "would send the secret in the clear; use https" : null;
    }
}
