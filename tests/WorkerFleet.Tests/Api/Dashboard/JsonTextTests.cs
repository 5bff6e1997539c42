using System.Text.Json;
using WorkerFleet.Api.Dashboard.Items;

namespace WorkerFleet.Tests.Api.Dashboard;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("""{"a":[1,2.50,{}],"b":{"c":"é<\n"},"d":null,"e":[]}""")]
    [InlineData("[true,false]")]
    [InlineData("17")]
    public void Of_Json_IsTheSameWithIndents(string json)
    {
        var value = JsonDocument.Parse(json).RootElement;

        var (text, isCut) = JsonText.Of(value, 1_000);

        Assert.False(isCut);
        Assert.True(JsonElement.DeepEquals(value, JsonDocument.Parse(text).RootElement), text);
        Assert.Equal(json.Contains(',', StringComparison.Ordinal), text.Contains("\n  ", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_NothingButText_IsTheTextWithItsLines() =>
        Assert.Equal(("one\ntwo \"2\"", false), JsonText.Of(JsonDocument.Parse("\"one\\ntwo \\\"2\\\"\"").RootElement, 100));

    [Theory]
    [InlineData("[\"0123456789\",\"0123456789\",\"0123456789\"]")]
    [InlineData("\"0123456789012345678901234567890123456789\"")]
    [InlineData("{\"long\":\"0123456789012345678901234567890123456789\",\"more\":1}")]
    public void Of_MoreThanIsShown_IsCut(string json)
    {
        var (text, isCut) = JsonText.Of(JsonDocument.Parse(json).RootElement, 20);

        Assert.True(isCut);
        Assert.Equal(21, text.Length);
        Assert.EndsWith("…", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_CutBetweenTheHalvesOfACharacter_LeavesItOut()
    {
        var (text, _) = JsonText.Of(JsonDocument.Parse("\"012😀45\"").RootElement, 4);

        Assert.Equal("012…", text);
    }
}
