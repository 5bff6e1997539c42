using Microsoft.Extensions.Configuration;
using WorkerFleet.AgentCore;
using WorkerFleet.Agents;

namespace WorkerFleet.Tests.Agents;

public sealed class AgentCatalogTests
{
    [Fact]
    public void Create_NothingConfigured_HasEchoAndSimulated()
    {
        var (catalog, problems) = Create();

        Assert.Empty(problems);
        Assert.Equal(["echo", "simulated"], catalog!.Names);
        Assert.IsType<EchoAgent>(catalog.Find("echo"));
        Assert.IsType<SimulatedAgent>(catalog.Find("simulated"));
        Assert.Null(catalog.LimitsOf("echo")!.Concurrency);
    }

    [Fact]
    public void Create_NamesAndTypesConfigured_FindsEachByName()
    {
        var (catalog, problems) = Create(
            ("verifier:Type", "http"), ("verifier:Url", "http://127.0.0.1:8080"), ("verifier:Concurrency", "7"),
            ("simulated:Simulated:Latency", "00:00:00.005"), ("slow-1:Type", "Simulated"));

        Assert.Empty(problems);
        Assert.Equal(["echo", "simulated", "slow-1", "verifier"], catalog!.Names);
        Assert.IsType<HttpAgent>(catalog.Find("verifier"));
        Assert.IsType<SimulatedAgent>(catalog.Find("slow-1"));
        Assert.Equal(7, catalog.LimitsOf("verifier")!.Concurrency);
        Assert.Null(catalog.LimitsOf("unknown"));
        Assert.Null(catalog.Find("unknown"));
        catalog.Dispose();
    }

    [Fact]
    public void Create_BuiltInNameWithAnotherType_TakesTheConfiguredOne()
    {
        var (catalog, _) = Create(("echo:Type", "simulated"));

        Assert.IsType<SimulatedAgent>(catalog!.Find("echo"));
    }

    [Fact]
    public void Create_NameInCapitals_IsTheNameInLowerCase()
    {
        var (catalog, _) = Create(("VERIFIER:TYPE", "echo"));

        Assert.Equal(["echo", "simulated", "verifier"], catalog!.Names);
    }

    [Fact]
    public void Create_ManyProblems_NamesEachWithItsKey()
    {
        var (catalog, problems) = Create(
            ("verifier:Type", "http"), ("verifier:Ur1", "http://127.0.0.1"), ("verifier:MaxOutputBytes", "ten"),
            ("verifier:Headers", "x"), ("other:Type", "grpc"), ("nameless:Probe", "true"), ("bad name:Type", "echo"),
            ("echo:Concurrency", "0"), ("simulated:Simulated:Seeed", "1"), ("simulated:Simulated:HangRate", "2"));

        Assert.Null(catalog);
        string[] keys =
        [
            "Fleet:Agents:verifier:Ur1: ", "Fleet:Agents:verifier:Url: is missing", "Fleet:Agents:verifier:MaxOutputBytes: 'ten'",
            "Fleet:Agents:verifier:Headers: has to be a section", "Fleet:Agents:other:Type: there is no type 'grpc'",
            "Fleet:Agents:nameless:Type: is missing", "Fleet:Agents:bad name: ", "Fleet:Agents:echo:Concurrency: 0",
            "Fleet:Agents:simulated:Simulated:Seeed: ", "Fleet:Agents:simulated:Simulated:HangRate: 2",
        ];
        Assert.Equal(keys.Length, problems.Count);
        Assert.All(keys, key => Assert.Contains(problems, problem => problem.StartsWith(key, StringComparison.Ordinal)));
        Assert.All(problems, problem => Assert.DoesNotContain('\n', problem));
    }

    [Theory]
    [InlineData("Url", "localhost:8080", "no http or https address")]
    [InlineData("Url", "ftp://host", "no http or https address")]
    [InlineData("Url", "http://user:secret@host", "holds credentials")]
    [InlineData("Url", "http://host/invocations", "ends in /invocations")]
    [InlineData("Url", "http://host/#here", "fragment")]
    [InlineData("MaxOutputBytes", "0", "out of range")]
    [InlineData("MaxOutputBytes", "2000000000", "out of range")]
    [InlineData("Probe", "sometimes", "'sometimes' is not true or false")]
    [InlineData("Headers:Content-Type", "text/plain", "set by the fleet")]
    [InlineData("Headers:X-Amzn-Bedrock-AgentCore-Runtime-Session-Id", "mine", "set by the fleet")]
    [InlineData("Headers:Two words", "x", "no name of a request header")]
    [InlineData("Headers:Authorization", "Bearer a\r\nX-Other: b", "cannot hold")]
    [InlineData("Concurrency", "10001", "out of range")]
    [InlineData("Type:Name", "http", "a single value")]
    public void Create_BadHttpOption_SaysWhatIsWrong(string key, string value, string expected)
    {
        var (catalog, problems) = key == "Url"
            ? Create(("a:Type", "http"), ("a:Url", value))
            : Create(("a:Type", "http"), ("a:Url", "http://127.0.0.1:1"), ($"a:{key}", value));

        Assert.Null(catalog);
        Assert.Contains(problems, problem => problem.Contains(expected, StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.DoesNotContain("secret", problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Latency", "-00:00:01")]
    [InlineData("Latency", "100")]
    [InlineData("Latency", "soon")]
    [InlineData("LatencySpread", "NaN")]
    [InlineData("LatencySpread", "4")]
    [InlineData("ThrottledRate", "-0.1")]
    [InlineData("UnavailableRate", "1.1")]
    [InlineData("AgentErrorRate", "NaN")]
    [InlineData("InvalidInputRate", "2")]
    [InlineData("InputTokens", "-1")]
    [InlineData("OutputTokens", "1000001")]
    [InlineData("CostUsd", "1000.01")]
    public void Create_BadSimulatedOption_NamesItsKey(string key, string value)
    {
        var (catalog, problems) = Create(($"simulated:Simulated:{key}", value));

        Assert.Null(catalog);
        Assert.StartsWith($"Fleet:Agents:simulated:Simulated:{key}: ", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_RatesAddUpToMoreThanOne_SaysSo()
    {
        var (_, problems) = Create(
            ("simulated:Simulated:ThrottledRate", "0.6"), ("simulated:Simulated:HangRate", "0.6"));

        Assert.Contains("add up to 1.2", Assert.Single(problems), StringComparison.Ordinal);
    }

    private static (AgentCatalog? Catalog, IReadOnlyList<string> Problems) Create(
        params (string Key, string Value)[] settings) =>
        AgentCatalog.Create(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(setting =>
                    KeyValuePair.Create($"Fleet:Agents:{setting.Key}", (string?)setting.Value)))
                .Build(),
            [new EchoAgentType(), new SimulatedAgentType(TimeProvider.System), new HttpAgentType(TimeProvider.System)]);
}
