using Microsoft.Extensions.Configuration;
using WorkerFleet.Agents;

namespace WorkerFleet.Tests.Agents;

public sealed class AgentPriceTests
{
    [Fact]
    public void CostOf_EveryPrice_AddsThemUp()
    {
        var price = new AgentPrice
        {
            PerCall = 0.001m, PerHour = 0.36m, InputPerMillionTokens = 3, OutputPerMillionTokens = 15,
        };

        // 0.001 + 10 s of 0.36 an hour + 2,000 of 3 a million + 100 of 15 a million
        Assert.Equal(0.001m + 0.001m + 0.006m + 0.0015m, price.CostOf(new(2_000, 100), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void CostOf_AgentToldItsCost_IsThatOne()
    {
        var price = new AgentPrice { PerCall = 1, InputPerMillionTokens = 3 };

        Assert.Equal(0.25m, price.CostOf(new(1_000_000, 0, 0.25m), TimeSpan.FromHours(1)));
        Assert.Equal(0m, price.CostOf(new(0, 0, 0m), TimeSpan.Zero));
    }

    [Fact]
    public void CostOf_PartsOfNanoDollars_AreRoundedOnce()
    {
        var price = new AgentPrice { InputPerMillionTokens = 0.0001m };

        // A token costs a tenth of a nano-dollar.
        Assert.Equal(0.000000001m, price.CostOf(new(12, 0), TimeSpan.Zero));
        Assert.Equal(0.000000002m, price.CostOf(new(17, 0), TimeSpan.Zero));
    }

    [Fact]
    public void CostOf_LargestValues_StaysWithinTheLimit()
    {
        var price = new AgentPrice
        {
            PerCall = 1_000, PerHour = 1_000, InputPerMillionTokens = 10_000, OutputPerMillionTokens = 10_000,
        };

        Assert.Equal(
            AgentUsage.MaxCostUsd,
            price.CostOf(new(AgentUsage.MaxTokens, AgentUsage.MaxTokens), TimeSpan.FromDays(1)));
    }

    [Fact]
    public void Create_PricesConfigured_FindsThemByAgent()
    {
        var (catalog, problems) = Create(
            ("echo:Price:PerCall", "0.0025"), ("echo:Price:InputPerMillionTokens", "1e-3"), ("simulated:Price:PerHour", "0"));

        Assert.Empty(problems);
        Assert.Equal(
            new AgentPrice { PerCall = 0.0025m, InputPerMillionTokens = 0.001m }, catalog!.PriceOf("echo"));
        Assert.Null(catalog.PriceOf("simulated"));
        Assert.Null(catalog.PriceOf("unknown"));
    }

    [Theory]
    [InlineData("PerCall", "-0.01", "out of range; it is 0 to 1000, in US dollars")]
    [InlineData("PerHour", "1001", "out of range; it is 0 to 1000, in US dollars")]
    [InlineData("InputPerMillionTokens", "10001", "out of range; it is 0 to 10000, in US dollars")]
    [InlineData("OutputPerMillionTokens", "-1", "out of range; it is 0 to 10000, in US dollars")]
    [InlineData("PerCall", "cheap", "'cheap' is not a number")]
    [InlineData("PerToken", "1", "there is no such key; known are InputPerMillionTokens, OutputPerMillionTokens, PerCall, PerHour")]
    public void Create_BadPrice_NamesItsKey(string key, string value, string expected)
    {
        var (catalog, problems) = Create(($"echo:Price:{key}", value));

        Assert.Null(catalog);
        var problem = Assert.Single(problems);
        Assert.StartsWith($"Fleet:Agents:echo:Price:{key}: ", problem, StringComparison.Ordinal);
        Assert.EndsWith(expected, problem, StringComparison.Ordinal);
    }

    private static (AgentCatalog? Catalog, IReadOnlyList<string> Problems) Create(
        params (string Key, string Value)[] settings) =>
        AgentCatalog.Create(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(setting =>
                    KeyValuePair.Create($"Fleet:Agents:{setting.Key}", (string?)setting.Value)))
                .Build(),
            [new EchoAgentType(), new SimulatedAgentType(TimeProvider.System)]);
}
