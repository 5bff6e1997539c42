using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using WorkerFleet.AgentCore;
using WorkerFleet.AgentCore.Authorization;
using WorkerFleet.AgentCore.DataPlane;
using WorkerFleet.Agents;

namespace WorkerFleet.Conformance.AgentCore;

/// <summary>
/// What our client sends is what AWS's JavaScript client sends: method, path, query, every header, and with these the same
/// signature.
/// </summary>
public sealed partial class AwsClientWireTests
{
    private const string Region = "eu-central-1";
    private const string Id = "verifier-AbCd123456";
    private const string Account = "123456789012";
    private const string Arn = $"arn:aws:bedrock-agentcore:{Region}:{Account}:runtime/{Id}";
    private const string Session = "b-0193b1f2a3c47d5e8f90a1b2c3d4e5f6-0000000007-01";
    private const string Input = """{"prompt":"Grüße, \"you\" + ~"}""";
    private const string AccessKey = "AKIDEXAMPLE";
    private const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string TraceState = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";

    /// <summary>
    /// Where the two differ on purpose: what AWS's client says of itself and of its retries, of which we have others, and what
    /// belongs to the connection.
    /// </summary>
    private static readonly HashSet<string> OnlyTheirs = ["amz-sdk-invocation-id", "amz-sdk-request", "x-amz-user-agent", "connection"];

    /// <summary>Ours has another value on purpose (the first), or follows from headers that differ (the second).</summary>
    private static readonly HashSet<string> OtherValue = ["user-agent", "authorization"];

    [Theory]
    [InlineData("plain", null)]
    [InlineData("plain", "IQoJb3JpZ2luX2VjE//+session/token==")]
    [InlineData("qualifier", null)]
    [InlineData("bare id", null)]
    [InlineData("bare id and qualifier", null)]
    [InlineData("user", null)]
    [InlineData("trace", null)]
    [InlineData("everything", "IQoJb3JpZ2luX2VjE//+session/token==")]
    public async Task Invoke_Request_IsThatOfAwsClient(string variant, string? token)
    {
        var has = (string part) => variant == "everything" || variant.Contains(part, StringComparison.Ordinal);
        using var activity = has("trace") ? new Activity("test").Start() : null;
        if (activity is not null)
        {
            activity.ActivityTraceFlags = ActivityTraceFlags.Recorded;
            activity.TraceStateString = TraceState;
        }
        var options = new AgentOptions { Arn = variant.StartsWith("bare", StringComparison.Ordinal) ? Id : Arn };
        var theirs = new Dictionary<string, string>
        {
            ["agentRuntimeArn"] = options.Arn, ["runtimeSessionId"] = Session, ["payload"] = Input,
            ["contentType"] = "application/json", ["accept"] = AgentHeaders.Accept,
        };
        if (options.Arn == Id)
            (options.AccountId, options.Region, theirs["accountId"]) = (Account, Region, Account);
        if (has("qualifier"))
            theirs["qualifier"] = options.Qualifier = "prod_2";
        if (has("user"))
            theirs["runtimeUserId"] = options.UserId = "someone  else@example.com";
        if (activity is not null)
        {
            var trace = activity.TraceId.ToHexString();
            theirs["traceParent"] = activity.Id!;
            theirs["traceState"] = TraceState;
            theirs["traceId"] = $"Root=1-{trace[..8]}-{trace[8..]};Parent={activity.SpanId};Sampled=1";
        }

        await CompareAsync("InvokeAgentRuntime", theirs, token, options, async client =>
            Assert.Null((await client.InvokeAsync(
                new AgentCall(Session, Guid.Empty, 7, 1, JsonDocument.Parse(Input).RootElement),
                CancellationToken.None)).Failure));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("prod_2", "IQoJb3JpZ2luX2VjE//+session/token==")]
    public async Task Stop_Request_IsThatOfAwsClient(string? qualifier, string? token)
    {
        var options = new AgentOptions { Arn = Arn, Qualifier = qualifier };
        var theirs = new Dictionary<string, string> { ["agentRuntimeArn"] = Arn, ["runtimeSessionId"] = Session };
        if (qualifier is not null)
            theirs["qualifier"] = qualifier;

        await CompareAsync("StopRuntimeSession", theirs, token, options, async client =>
            Assert.Null(await client.StopAsync(Session, CancellationToken.None)));
    }

    [Theory]
    [InlineData("eu-central-1", false, "https://bedrock-agentcore.eu-central-1.amazonaws.com/")]
    [InlineData("us-gov-west-1", false, "https://bedrock-agentcore.us-gov-west-1.amazonaws.com/")]
    [InlineData("cn-north-1", false, "https://bedrock-agentcore.cn-north-1.amazonaws.com.cn/")]
    [InlineData("us-east-1", true, "https://bedrock-agentcore-fips.us-east-1.amazonaws.com/")]
    public void Target_Region_HasAwsAddress(string region, bool fips, string expected)
    {
        var options = new AgentOptions { Arn = Arn.Replace(Region, region, StringComparison.Ordinal), Fips = fips };

        Assert.StartsWith(
            expected, RuntimeTarget.Of(options, new AgentCoreDefaults()).Invocations.ToString(), StringComparison.Ordinal);
    }

    private static async Task CompareAsync(
        string command, Dictionary<string, string> input, string? token, AgentOptions options,
        Func<DataPlaneClient, Task> call)
    {
        await using var server = await WireServer.StartAsync();
        await AwsClient.CallAsync(
            "bedrock-agentcore", server.Url, command, Region,
            new { accessKeyId = AccessKey, secretAccessKey = SecretKey, sessionToken = token }, input);
        var theirs = server.Next();
        var time = new FixedTime(DateTimeOffset.ParseExact(
            theirs.Headers["x-amz-date"], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal));
        options.Endpoint = server.Url;
        var keys = new ImmutableCredentials(AccessKey, SecretKey, token);
        using (var client = new DataPlaneClient(
            "agent", options, RuntimeTarget.Of(options, new AgentCoreDefaults()), new KeysAuthorizer(keys, time), time))
            await call(client);
        var ours = server.Next();

        Assert.Equal((theirs.Method, theirs.Target), (ours.Method, ours.Target));
        Assert.Equal(Comparable(theirs.Body), Comparable(ours.Body));
        Assert.Equal(Compared(theirs), Compared(ours));
        Assert.Equal(
            SignedHeaders(theirs).Except(OnlyTheirs), SignedHeaders(ours));
        AssertSameSignature(theirs, ours, keys, time.GetUtcNow());
    }

    /// <summary>Our request with their body and the headers that only they have, signed by us at their time.</summary>
    private static void AssertSameSignature(
        WireRequest theirs, WireRequest ours, ImmutableCredentials keys, DateTimeOffset at)
    {
        var body = System.Text.Encoding.UTF8.GetBytes(theirs.Body);
        var host = theirs.Headers["host"];
        using var request = new HttpRequestMessage(new HttpMethod(ours.Method), $"http://{host}{ours.Target}");
        request.Content = new InputContent(body);
        foreach (var (name, value) in ours.Headers)
            if (!name.StartsWith("x-amz-", StringComparison.Ordinal) && !name.StartsWith("content-", StringComparison.Ordinal)
                && name is not ("authorization" or "host"))
                request.Headers.TryAddWithoutValidation(name, value);
        foreach (var name in OnlyTheirs)
            if (theirs.Headers.TryGetValue(name, out var value))
                request.Headers.TryAddWithoutValidation(name, value);

        new SigV4Signer(Region, "bedrock-agentcore").Sign(request, body, keys, at);

        Assert.Equal(theirs.Headers["authorization"], request.Headers.NonValidated["Authorization"].ToString());
    }

    private static SortedDictionary<string, string> Compared(WireRequest request) => new(
        request.Headers
            .Where(header => !OnlyTheirs.Contains(header.Key))
            .ToDictionary(
                header => header.Key,
                header => OtherValue.Contains(header.Key) ? "(another)"
                    // Of a body with a token of its own in each request.
                    : header.Key is "x-amz-content-sha256" && request.Body.Contains("clientToken", StringComparison.Ordinal)
                        ? "(of the body)"
                        : header.Value),
        StringComparer.Ordinal);

    private static string Comparable(string body) => ClientToken().Replace(body, "\"clientToken\":\"…\"");

    private static string[] SignedHeaders(WireRequest request) =>
        SignedHeaderNames().Match(request.Headers["authorization"]).Groups[1].Value.Split(';');

    [GeneratedRegex("\"clientToken\":\"[0-9a-f-]{36}\"")]
    private static partial Regex ClientToken();

    [GeneratedRegex("SignedHeaders=([^,]+),")]
    private static partial Regex SignedHeaderNames();

    private sealed class KeysAuthorizer(ImmutableCredentials keys, TimeProvider time) : IAuthorizer
    {
        private readonly SigV4Signer _signer = new(Region, "bedrock-agentcore");

        public Task<object> AuthorizeAsync(
            HttpRequestMessage request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        {
            _signer.Sign(request, body.Span, keys, time.GetUtcNow());
            return Task.FromResult<object>(keys);
        }

        public Task<bool> RenewAsync(object refused, CancellationToken cancellationToken) => Task.FromResult(false);

        public void Dispose()
        {
        }
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
