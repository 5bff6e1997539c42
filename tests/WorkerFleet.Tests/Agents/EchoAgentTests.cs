using System.Text;
using System.Text.Json;
using WorkerFleet.Agents;

namespace WorkerFleet.Tests.Agents;

public sealed class EchoAgentTests
{
    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"a"},{"role":"user","content":"Grüße \"b\""}]}""", """{"echo":"Grüße \"b\""}""")]
    [InlineData("""{"messages":[{"role":"user","content":[1,2]}]}""", """{"echo":[1,2]}""")]
    [InlineData("""{"messages":[]}""", """{"echo":{"messages":[]}}""")]
    [InlineData("""{"messages":["x"]}""", """{"echo":{"messages":["x"]}}""")]
    [InlineData("""{"messages":7}""", """{"echo":{"messages":7}}""")]
    [InlineData("""{"city":"Berlin"}""", """{"echo":{"city":"Berlin"}}""")]
    [InlineData("\"text\"", """{"echo":"text"}""")]
    [InlineData("{\r\n\"a\": 1\n}", """{"echo":{  "a": 1 }}""")]
    public async Task Invoke_AnyInput_AnswersItsContentOnOneLine(string input, string expected)
    {
        using var document = JsonDocument.Parse(input);

        var reply = await new EchoAgent().InvokeAsync(
            new AgentCall("s", Guid.Empty, 0, 1, document.RootElement), CancellationToken.None);

        Assert.Null(reply.Failure);
        Assert.Equal(expected, Encoding.UTF8.GetString(reply.Output.Span));
    }

    [Fact]
    public async Task Invoke_Cancelled_Throws() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new EchoAgent().InvokeAsync(
            new AgentCall("s", Guid.Empty, 0, 1, default), new CancellationToken(canceled: true)));
}
