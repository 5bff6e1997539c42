using System.Text;
using WorkerFleet.Agents;

namespace WorkerFleet.Tests.Agents;

public sealed class AgentUsageReaderTests
{
    [Theory]
    // Anthropic
    [InlineData("""{"usage":{"input_tokens":812,"output_tokens":95,"cache_read_input_tokens":3}}""", 812, 95, null)]
    // OpenAI
    [InlineData("""{"choices":[],"usage":{"prompt_tokens":812,"completion_tokens":95,"total_tokens":907}}""", 812, 95, null)]
    // Bedrock Converse
    [InlineData("""{"usage":{"inputTokens":812,"outputTokens":95,"totalTokens":907},"metrics":{"latencyMs":1}}""", 812, 95, null)]
    // Strands
    [InlineData("""{"metrics":{"accumulated_usage":{"inputTokens":812,"outputTokens":95}}}""", 812, 95, null)]
    [InlineData("""{"result":"x","accumulated_usage":{"inputTokens":812,"outputTokens":95}}""", 812, 95, null)]
    [InlineData("""{"accumulatedUsage":{"inputTokens":812,"outputTokens":95}}""", 812, 95, null)]
    // With a cost
    [InlineData("""{"usage":{"input_tokens":812,"output_tokens":95},"cost_usd":0.0042}""", 812, 95, "0.0042")]
    [InlineData("""{"usage":{"input_tokens":812,"cost_usd":0.0042}}""", 812, 0, "0.0042")]
    [InlineData("""{"type":"result","total_cost_usd":1.25}""", 0, 0, "1.25")]
    [InlineData("""{"costUsd":0}""", 0, 0, "0")]
    [InlineData("""{"usage":{"output_tokens":1e2}}""", 0, 100, null)]
    public void Read_UsualShape_IsFound(string answer, long input, long output, string? cost)
    {
        var usage = Read(AgentUsageReader.Default, answer);

        Assert.Equal(
            new AgentUsage(
                input, output, cost is null ? null : decimal.Parse(cost, System.Globalization.CultureInfo.InvariantCulture)),
            usage);
    }

    [Theory]
    [InlineData("""{"answer":42}""")]
    [InlineData("null")]
    [InlineData("\"usage\"")]
    [InlineData("""["usage"]""")]
    [InlineData("""{"usage":null}""")]
    [InlineData("""{"usage":"much","cost_usd":"0.1"}""")]
    [InlineData("""{"usage":[1]}""")]
    [InlineData("""{"usage":{"input_tokens":-1,"output_tokens":1.5}}""")]
    [InlineData("""{"usage":{"input_tokens":1000000001,"output_tokens":1e400}}""")]
    [InlineData("""{"usage":{"input_tokens":99999999999999999999999999999999999999999}}""")]
    [InlineData("""{"usage":{"cost_usd":-0.01},"cost_usd":10000.01}""")]
    // Of something deeper, such as what an agent was asked.
    [InlineData("""{"echo":{"usage":{"input_tokens":1,"output_tokens":1}}}""")]
    [InlineData("""{"usage":{"input_tokens":1}""")]
    public void Read_NothingSensible_IsNone(string answer) => Assert.Null(Read(AgentUsageReader.Default, answer));

    [Fact]
    public void Read_OneBadValue_KeepsTheOthers() => Assert.Equal(
        new AgentUsage(0, 95, 0.5m),
        Read(AgentUsageReader.Default, """{"usage":{"input_tokens":-5,"output_tokens":95},"cost_usd":0.5}"""));

    [Fact]
    public void Read_Pointers_GoBeforeTheUsualPlaces()
    {
        var reader = new AgentUsageReader(new()
        {
            InputTokens = "/meta/in", OutputTokens = "/calls/1/a~1b", CostUsd = "/meta/m~0n",
        });

        Assert.Equal(
            new AgentUsage(7, 8, 0.25m),
            Read(reader, """{"meta":{"in":7,"m~n":0.25},"calls":[0,{"a/b":8}],"usage":{"input_tokens":1,"output_tokens":2}}"""));
        Assert.Equal(new AgentUsage(1, 2), Read(reader, """{"usage":{"input_tokens":1,"output_tokens":2}}"""));
        Assert.Equal(new AgentUsage(7, 0), Read(reader, """{"meta":{"\u0069n":7}}"""));
        Assert.Null(Read(reader, """{"meta":[7],"calls":[0]}"""));
    }

    [Fact]
    public void Read_PointerAtAnElement_IsFoundWithoutAName() => Assert.Equal(
        new AgentUsage(5, 0), Read(new AgentUsageReader(new() { InputTokens = "/0" }), "[5]"));

    [Theory]
    [InlineData("usage.tokens", "begins with '/'")]
    [InlineData("", "begins with '/'")]
    [InlineData("/a~2b", "behind '~' comes 0 or 1")]
    [InlineData("/a~", "behind '~' comes 0 or 1")]
    public void Validate_BadPointer_NamesItsKey(string text, string expected)
    {
        var problem = Assert.Single(AgentUsageReader.Validate("verifier", new() { OutputTokens = text }));

        Assert.StartsWith("Fleet:Agents:verifier:Usage:OutputTokens: ", problem, StringComparison.Ordinal);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    private static AgentUsage? Read(AgentUsageReader reader, string answer) => reader.Read(Encoding.UTF8.GetBytes(answer));
}
