using Amazon;
using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore.DataPlane;

/// <summary>Which runtime is called, and where: the addresses of its operations.</summary>
internal sealed record RuntimeTarget
{
    private RuntimeTarget(string id, string region, Uri invocations, Uri stop)
    {
        Id = id;
        Region = region;
        Invocations = invocations;
        Stop = stop;
    }

    public string Id { get; }

    public string Region { get; }

    /// <summary>Of InvokeAgentRuntime.</summary>
    public Uri Invocations { get; }

    /// <summary>Of StopRuntimeSession.</summary>
    public Uri Stop { get; }

    /// <param name="options">That <see cref="AgentCoreValidation"/> has found to be good.</param>
    /// <param name="defaults">For what they leave out.</param>
    public static RuntimeTarget Of(AgentOptions options, AgentCoreDefaults defaults)
    {
        var name = options.Arn!;
        var isArn = RuntimeArn.TryParse(name, out var arn);
        var region = arn?.Region ?? options.Region ?? defaults.Region!;
        var endpoint = options.Endpoint ?? defaults.Endpoint ?? AddressOf(region, options.Fips);
        // StopRuntimeSession knows no accountId.
        arn ??= new RuntimeArn(RegionEndpoint.GetBySystemName(region).PartitionName, region, options.AccountId!, name);
        return new RuntimeTarget(
            arn.Id, region,
            Below(endpoint, name, "invocations", isArn ? null : options.AccountId, options.Qualifier),
            Below(endpoint, arn.ToString(), "stopruntimesession", accountId: null, options.Qualifier));
    }

    private static string AddressOf(string region, bool fips) =>
        $"https://bedrock-agentcore{(fips ? "-fips" : "")}.{region}." +
        RegionEndpoint.GetBySystemName(region).PartitionDnsSuffix;

    private static Uri Below(string endpoint, string name, string operation, string? accountId, string? qualifier)
    {
        var query = string.Join('&',
            new[] { ("accountId", accountId), ("qualifier", qualifier) }
                .Where(pair => pair.Item2 is not null)
                .Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2!)}"));
        return new Uri(
            $"{endpoint.TrimEnd('/')}/runtimes/{Uri.EscapeDataString(name)}/{operation}{(query.Length > 0 ? "?" : "")}{query}");
    }
}
