using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.AgentCore.DataPlane;
using WorkerFleet.Agents;

namespace WorkerFleet.Tests.AgentCore.DataPlane;

public sealed class AgentCoreOptionsTests
{
    private const string Id = "verifier-AbCd123456";

    [Theory]
    [InlineData("Arn", AgentCoreCall.Arn)]
    [InlineData("Arn", AgentCoreCall.Arn, "AccountId", "123456789012", "Region", "eu-central-1", "Qualifier", "prod_2")]
    [InlineData("Arn", Id, "AccountId", "123456789012", "Region", "eu-central-1")]
    [InlineData("Arn", AgentCoreCall.Arn, "Endpoint", "http://localhost:4566", "Auth:Token", "opaque")]
    [InlineData("Arn", AgentCoreCall.Arn, "Endpoint", "http://elsewhere:4566")]
    [InlineData("Arn", AgentCoreCall.Arn, "Fips", "true", "UserId", "me", "ProbeInput", "{}", "Auth:Profile", "dev")]
    [InlineData("Arn", AgentCoreCall.Arn, "Auth:TokenUrl", "https://id.example.com/token", "Auth:ClientId", "a", "Auth:ClientSecret", "b")]
    [InlineData("Arn", AgentCoreCall.Arn, "Headers:X-Amzn-Bedrock-AgentCore-Runtime-Custom-Team", "blue")]
    public void Create_GoodOptions_HasNoProblem(params string[] options) => Assert.Empty(ProblemsOf(options));

    [Theory]
    [InlineData("Arn: is missing")]
    [InlineData("Arn: 'arn:aws:lambda:x:1:y' is neither", "Arn", "arn:aws:lambda:x:1:y")]
    [InlineData("Arn: ", "Arn", AgentCoreCall.Arn + "/runtime-endpoint/prod")]
    [InlineData("AccountId: is missing; Arn is a bare id", "Arn", Id, "Region", "eu-central-1")]
    [InlineData("AccountId: '12' is not the 12 digits", "Arn", Id, "Region", "eu-central-1", "AccountId", "12")]
    [InlineData("AccountId: is 210987654321, but the ARN is of account 123456789012", "Arn", AgentCoreCall.Arn, "AccountId", "210987654321")]
    [InlineData("Region: is missing; Arn is a bare id", "Arn", Id, "AccountId", "123456789012")]
    [InlineData("Region: is us-east-1, but the ARN is of eu-central-1", "Arn", AgentCoreCall.Arn, "Region", "us-east-1")]
    [InlineData("Region: 'Frankfurt' is not a region", "Arn", Id, "AccountId", "123456789012", "Region", "Frankfurt")]
    [InlineData("Qualifier: 'a/b' is not the name", "Arn", AgentCoreCall.Arn, "Qualifier", "a/b")]
    [InlineData("Endpoint: 'host' is not an address", "Arn", AgentCoreCall.Arn, "Endpoint", "https://me:secret@host")]
    [InlineData("Endpoint: would send the bearer token in the clear", "Arn", AgentCoreCall.Arn, "Endpoint", "http://elsewhere", "Auth:Token", "secret")]
    [InlineData("Fips: cannot be beside an address", "Arn", AgentCoreCall.Arn, "Fips", "true", "Endpoint", "https://elsewhere")]
    [InlineData("Fips: 'perhaps' is not true or false", "Arn", AgentCoreCall.Arn, "Fips", "perhaps")]
    [InlineData("UserId: has to be 1 to 1024 characters", "Arn", AgentCoreCall.Arn, "UserId", "Jürgen")]
    [InlineData("ProbeInput: is not JSON: error at byte 2", "Arn", AgentCoreCall.Arn, "ProbeInput", "{ping}")]
    [InlineData("ProbeInput: is of no use while Probe is false", "Arn", AgentCoreCall.Arn, "ProbeInput", "{}", "Probe", "false")]
    [InlineData("Url: is for the type http; here it is Endpoint", "Arn", AgentCoreCall.Arn, "Url", "http://localhost")]
    [InlineData("Headers:Authorization: is set by the fleet itself", "Arn", AgentCoreCall.Arn, "Headers:Authorization", "secret")]
    [InlineData("Headers:x-amz-date: is set by the fleet itself", "Arn", AgentCoreCall.Arn, "Headers:x-amz-date", "today")]
    [InlineData("Headers:X-Amzn-Trace-Id: is set by the fleet itself", "Arn", AgentCoreCall.Arn, "Headers:X-Amzn-Trace-Id", "x")]
    [InlineData("MaxOutputBytes: 0 is out of range", "Arn", AgentCoreCall.Arn, "MaxOutputBytes", "0")]
    [InlineData("Auth: has to be a section", "Arn", AgentCoreCall.Arn, "Auth", "secret")]
    [InlineData("Auth:TokenFile: cannot be beside Token", "Arn", AgentCoreCall.Arn, "Auth:Token", "secret", "Auth:TokenFile", "/f")]
    [InlineData("Auth:Token: cannot be beside Profile", "Arn", AgentCoreCall.Arn, "Auth:Token", "secret", "Auth:Profile", "dev")]
    [InlineData("Auth:Token: begins with 'Bearer'", "Arn", AgentCoreCall.Arn, "Auth:Token", "Bearer secret")]
    [InlineData("Auth:Token: has a character", "Arn", AgentCoreCall.Arn, "Auth:Token", "secret, and more")]
    [InlineData("Auth:TokenFile: is empty", "Arn", AgentCoreCall.Arn, "Auth:TokenFile", " ")]
    [InlineData("Auth:TokenUrl: is no https address", "Arn", AgentCoreCall.Arn, "Auth:TokenUrl", "id", "Auth:ClientId", "a", "Auth:ClientSecret", "secret")]
    [InlineData("Auth:TokenUrl: would send the secret in the clear", "Arn", AgentCoreCall.Arn, "Auth:TokenUrl", "http://id.example.com", "Auth:ClientId", "a", "Auth:ClientSecret", "secret")]
    [InlineData("Auth:TokenUrl: holds credentials", "Arn", AgentCoreCall.Arn, "Auth:TokenUrl", "https://a:secret@id.example.com", "Auth:ClientId", "a", "Auth:ClientSecret", "secret")]
    [InlineData("Auth:ClientSecret: is missing; TokenUrl needs it", "Arn", AgentCoreCall.Arn, "Auth:TokenUrl", "https://id.example.com", "Auth:ClientId", "a")]
    [InlineData("Auth:ClientSecret: is of no use without TokenUrl", "Arn", AgentCoreCall.Arn, "Auth:ClientSecret", "secret")]
    [InlineData("Auth:Scope: is of no use without TokenUrl", "Arn", AgentCoreCall.Arn, "Auth:Scope", "a b")]
    [InlineData("Auth:Tokn: there is no such key", "Arn", AgentCoreCall.Arn, "Auth:Tokn", "secret")]
    public void Create_BadOption_IsOneProblemThatNamesItsKey(string expected, params string[] options)
    {
        var problem = Assert.Single(ProblemsOf(options));

        Assert.StartsWith($"Fleet:Agents:verifier:{expected}", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem["Fleet:Agents:verifier:".Length..].Replace("the secret", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_BareIdWithRegionOfTheFleet_IsGood() => Assert.Empty(ProblemsOf(
        ["Arn", Id, "AccountId", "123456789012"], new AgentCoreDefaults(Region: "eu-central-1")));

    [Theory]
    [InlineData("ftp://elsewhere", "Fleet:Aws:AgentCore:Endpoint: 'ftp://elsewhere' is not an address")]
    [InlineData("http://elsewhere", "Fleet:Aws:AgentCore:Endpoint: would send the bearer token in the clear")]
    public void Create_BadEndpointOfTheFleet_NamesItsKey(string endpoint, string expected) => Assert.StartsWith(
        expected,
        Assert.Single(ProblemsOf(
            ["Arn", AgentCoreCall.Arn, "Auth:Token", "opaque"], new AgentCoreDefaults(Endpoint: endpoint))),
        StringComparison.Ordinal);

    [Fact]
    public void Target_BareId_IsStoppedByItsArn()
    {
        var options = new AgentOptions { Arn = Id, AccountId = "123456789012", Region = "cn-north-1" };

        var target = RuntimeTarget.Of(options, new AgentCoreDefaults(Region: "us-east-1"));

        Assert.Equal($"/runtimes/{Id}/invocations?accountId=123456789012", target.Invocations.PathAndQuery);
        Assert.Equal(
            $"/runtimes/arn%3Aaws-cn%3Abedrock-agentcore%3Acn-north-1%3A123456789012%3Aruntime%2F{Id}/stopruntimesession",
            target.Stop.PathAndQuery);
        Assert.Equal("bedrock-agentcore.cn-north-1.amazonaws.com.cn", target.Stop.Host);
    }

    private static IReadOnlyList<string> ProblemsOf(string[] options, AgentCoreDefaults? defaults = null)
    {
        var values = options.Chunk(2)
            .Append(["Type", "agentcore"])
            .ToDictionary(pair => $"Fleet:Agents:verifier:{pair[0]}", pair => (string?)pair[1]);
        var (catalog, problems) = AgentCatalog.Create(
            new ConfigurationBuilder().AddInMemoryCollection(values).Build(),
            [new AgentCoreAgentType(
                defaults ?? new AgentCoreDefaults(), TimeProvider.System, NullLogger<AgentCoreAgent>.Instance)]);
        catalog?.Dispose();
        return problems;
    }
}
