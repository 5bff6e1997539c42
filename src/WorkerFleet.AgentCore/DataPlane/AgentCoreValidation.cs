using System.Text.Json;
using WorkerFleet.AgentCore.Authorization;
using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore.DataPlane;

/// <summary>Checks the options of an agent of AgentCore.</summary>
internal static class AgentCoreValidation
{
    private const int MaxUserIdLength = 1024;
    private const int MaxQualifierLength = 100;

    private const string ArnExample = "such as arn:aws:bedrock-agentcore:eu-central-1:123456789012:runtime/verifier-AbCd123456";

    /// <summary>Headers that the calls themselves have, beside those of all agents.</summary>
    private static readonly string[] ReservedHeaders = ["Authorization", "Host", "User-Agent", AgentHeaders.UserId];

    /// <param name="agentName">For the keys.</param>
    /// <param name="options">To check.</param>
    /// <param name="defaults">For what they leave out.</param>
    /// <returns>Each problem with its key.</returns>
    public static IEnumerable<string> Validate(string agentName, AgentOptions options, AgentCoreDefaults defaults)
    {
        (string Property, string? Problem)[] checks =
        [
            (nameof(options.Arn), ProblemOfArn(options.Arn)),
            (nameof(options.AccountId), ProblemOfAccount(options)),
            (nameof(options.Region), ProblemOfRegion(options, defaults)),
            (nameof(options.Qualifier), ProblemOfQualifier(options.Qualifier)),
            (nameof(options.Endpoint), ProblemOfEndpoint(options.Endpoint, options.Auth)),
            (nameof(options.Fips), ProblemOfFips(options, defaults)),
            (nameof(options.UserId), ProblemOfUserId(options.UserId)),
            (nameof(options.ProbeInput), ProblemOfProbeInput(options)),
            (nameof(options.Url), options.Url is null ? null : $"is for the type http; here it is {nameof(options.Endpoint)}"),
        ];
        foreach (var (property, problem) in checks)
            if (problem is not null)
                yield return $"{AgentOptions.KeyOf(agentName, property)}: {problem}";
        if (options.Endpoint is null && ProblemOfEndpoint(defaults.Endpoint, options.Auth) is { } ofDefault)
            yield return $"{AgentCoreDefaults.EndpointKey}: {ofDefault}";
        foreach (var header in options.Headers.Keys)
            if (ReservedHeaders.Contains(header, StringComparer.OrdinalIgnoreCase)
                || header.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase))
                yield return $"{AgentOptions.KeyOf(agentName, nameof(options.Headers))}:{header}: is set by the fleet itself; " +
                    "leave it out";
        foreach (var problem in SharedOptions.Validate(agentName, options).Concat(
            AuthValidation.Validate(agentName, options.Auth)))
            yield return problem;
    }

    private static string? ProblemOfArn(string? arn)
    {
        if (string.IsNullOrWhiteSpace(arn))
            return $"is missing; it is the runtime's ARN, {ArnExample}";
        if (RuntimeArn.IsId(arn) || RuntimeArn.TryParse(arn, out _))
            return null;
        return arn.Contains("/runtime-endpoint/", StringComparison.Ordinal)
            ? $"'{arn}' is the ARN of an endpoint; take the runtime's, and put the endpoint's name into " +
                nameof(AgentOptions.Qualifier)
            : $"'{arn}' is neither the ARN of a runtime, {ArnExample}, nor the bare id of one";
    }

    private static string? ProblemOfAccount(AgentOptions options)
    {
        if (options.AccountId is not { } account)
            return options.Arn is { } id && RuntimeArn.IsId(id)
                ? $"is missing; {nameof(options.Arn)} is a bare id, and needs the number of the account beside it"
                : null;
        if (!RuntimeArn.IsAccount(account))
            return $"'{account}' is not the 12 digits of an account";
        return options.Arn is { } text && RuntimeArn.TryParse(text, out var arn) && arn.Account != account
            ? $"is {account}, but the ARN is of account {arn.Account}; leave it out"
            : null;
    }

    private static string? ProblemOfRegion(AgentOptions options, AgentCoreDefaults defaults)
    {
        if (options.Region is { } given && !RuntimeArn.IsRegion(given))
            return $"'{given}' is not a region such as eu-central-1";
        if (options.Arn is not { } text)
            return null;
        if (RuntimeArn.TryParse(text, out var arn))
            return options.Region is { } region && region != arn.Region
                ? $"is {region}, but the ARN is of {arn.Region}; leave it out"
                : null;
        return RuntimeArn.IsId(text) && (options.Region ?? defaults.Region) is null
            ? $"is missing; {nameof(options.Arn)} is a bare id: name the region here, in {AgentCoreDefaults.RegionKey} or in " +
                "the variable AWS_REGION"
            : null;
    }

    private static string? ProblemOfQualifier(string? qualifier) =>
        qualifier is null || (qualifier.Length is > 0 and <= MaxQualifierLength
            && qualifier.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            ? null
            : $"'{qualifier}' is not the name of an endpoint of the runtime, such as DEFAULT";

    private static string? ProblemOfEndpoint(string? endpoint, AgentAuthOptions auth)
    {
        if (endpoint is null)
            return null;
        // Without what stands before an @: it may be a password.
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
            || address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
            return $"'{endpoint[(endpoint.LastIndexOf('@') + 1)..]}' is not an address such as " +
                "https://vpce-0123.bedrock-agentcore.eu-central-1.vpce.amazonaws.com " +
                "(the variables AWS_ENDPOINT_URL_BEDROCK_AGENTCORE and AWS_ENDPOINT_URL count too)";
        return address.Scheme == "http" && !address.IsLoopback && (auth.Token ?? auth.TokenFile ?? auth.TokenUrl) is not null
            ? "would send the bearer token in the clear; use https"
            : null;
    }

    private static string? ProblemOfFips(AgentOptions options, AgentCoreDefaults defaults) =>
        options.Fips && (options.Endpoint ?? defaults.Endpoint) is not null
            ? $"cannot be beside an address of one's own ({nameof(options.Endpoint)}, or the variable AWS_ENDPOINT_URL); leave " +
                "one of them out"
            : null;

    private static string? ProblemOfUserId(string? user) =>
        user is null || (user.Length is > 0 and <= MaxUserIdLength && user.All(c => c is >= ' ' and <= '~')
            && user.Trim().Length == user.Length)
            ? null
            : $"has to be 1 to {MaxUserIdLength} characters of ASCII, without spaces at its ends";

    private static string? ProblemOfProbeInput(AgentOptions options)
    {
        if (options.ProbeInput is not { } input)
            return null;
        if (!options.Probe)
            return $"is of no use while {nameof(options.Probe)} is false; leave one of them out";
        try
        {
            using var document = JsonDocument.Parse(input);
            return null;
        }
        catch (JsonException exception)
        {
            return $"is not JSON: error at byte {(exception.BytePositionInLine ?? 0) + 1}; it is what the agent takes, such as " +
                "{\"prompt\":\"ping\"}";
        }
    }
}
