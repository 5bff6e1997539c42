namespace WorkerFleet.Tests.Sources;

/// <summary>Every kind of malformed row, with its whole message, and that the rows around it are read.</summary>
public sealed class MalformedRowTests
{
    [Theory]
    [InlineData("1", "Line 2: has 1 field, but the source has 2 columns; put a field that contains the delimiter in quotes.")]
    [InlineData("1,2,3", "Line 2: has 3 fields, but the source has 2 columns; put a field that contains the delimiter in quotes.")]
    [InlineData("1,a\"b", "Line 2: field 2 has a quote inside but does not begin with one; put the field in quotes and double the quote.")]
    [InlineData("1, \"b\"", "Line 2: field 2 has a quote inside but does not begin with one; put the field in quotes and double the quote.")]
    [InlineData("\"1\"x,b", "Line 2: 'x' follows the closing quote of field 1; double a quote that belongs to the text.")]
    [InlineData("1,\"b\" ", "Line 2: ' ' follows the closing quote of field 2; double a quote that belongs to the text.")]
    [InlineData("1,\"b\"€", "Line 2: '€' follows the closing quote of field 2; double a quote that belongs to the text.")]
    [InlineData("1,\"b\"\rx", "Line 2: U+000D follows the closing quote of field 2; double a quote that belongs to the text.")]
    [InlineData("1,a\0b", "Line 2: byte 4 is NUL; remove it, or save the source as plain UTF-8 text.")]
    [InlineData("1,12345678901234567890123456789012345678901", "Line 2: the row is longer than the 40 bytes a row may have; shorten it or raise the limit.")]
    public async Task Csv_MalformedRow_HasItsMessage(string line, string expected)
    {
        var spec = SourceText.Csv("id", "x") with { MaxRowBytes = 40 };

        var rows = await SourceText.ReadAsync($"0,a\n{line}\n2,c\n", spec);

        Assert.Equal([null, expected, null], rows.Select(row => row.BadRow));
        Assert.Equal([1L, 2, 3], rows.Select(row => row.Position.Line));
        Assert.Equal(["2", "c"], rows[2].Values);
    }

    [Theory]
    [InlineData(
        "0,\"a\n1,b\n",
        "Line 1: the quote opened in field 2 is never closed; close it, or double it if it belongs to the text.", null)]
    [InlineData(
        "0,\"a\n1,\"b\"\n",
        "Line 1: the quote opened in field 2 closes on line 2, where 'b' follows it; close it on its own line, or double a quote that belongs to the text.",
        null)]
    [InlineData(
        "0,\"aaaaaaaaaaaaaaaaaaaaaaaaaa\naaaaaaaaaaaaaaaaaaaaaaaaaa\"\n",
        "Line 1: the quote opened in field 2 is not closed within 40 bytes; close it, or double it if it belongs to the text.",
        "Line 2: field 1 has a quote inside but does not begin with one; put the field in quotes and double the quote.")]
    public async Task Csv_QuoteThatSwallowsLines_CostsItsFirstLine(string text, string first, string? second)
    {
        var rows = await SourceText.ReadAsync(text, SourceText.Csv("id", "x") with { MaxRowBytes = 40 });

        Assert.Equal([first, second], rows.Select(row => row.BadRow));
    }

    [Fact]
    public async Task Csv_QuoteAroundTooLongLine_IsSkippedToItsEnd()
    {
        var spec = SourceText.Csv("id", "x") with { MaxRowBytes = 40 };

        var rows = await SourceText.ReadAsync($"0,\"{new string('a', 1_000_000)}\n1,b\n", spec);

        Assert.Equal(
            ["Line 1: the quote opened in field 2 is not closed within 40 bytes; close it, or double it if it belongs to the text.", null],
            rows.Select(row => row.BadRow));
        Assert.Equal(1_000_004, rows[1].Position.ByteOffset);
    }

    [Fact]
    public async Task Csv_InvalidUtf8_IsFoundOnItsLine()
    {
        byte[] text = [.. "0,\"a\nbc"u8, 0xE9, .. "\"\n1,b\n"u8];

        var rows = await SourceText.ReadAsync(text, SourceText.Csv("id", "x"));

        Assert.Equal(
            ["Line 2: byte 3 (0xE9) is not valid UTF-8; save the source as UTF-8.", null], rows.Select(row => row.BadRow));
        Assert.Equal(3, rows[1].Position.Line);
    }

    [Theory]
    [InlineData("{\"a\":[]", "Line 2: is not valid JSON at byte 8: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.")]
    [InlineData("{a:1}", "Line 2: is not valid JSON at byte 2: 'a' is an invalid start of a property name. Expected a '\"'.")]
    [InlineData("{\"a\":1,}", "Line 2: is not valid JSON at byte 8: The JSON object contains a trailing comma at the end which is not supported in this mode.")]
    [InlineData("{\"a\":1} {}", "Line 2: is not valid JSON at byte 9: '{' is invalid after a single JSON value. Expected end of data.")]
    [InlineData("{\"a\":1,\"a\":2}", "Line 2: is not valid JSON: the property 'a' is there twice.")]
    [InlineData("{\"o\":{\"b\":1,\"\\u0062\":2}}", "Line 2: is not valid JSON: the property 'b' is there twice.")]
    [InlineData("[1]", "Line 2: is an array, not a JSON object; write one object on each line.")]
    [InlineData("\"a\"", "Line 2: is a string, not a JSON object; write one object on each line.")]
    [InlineData("17", "Line 2: is a number, not a JSON object; write one object on each line.")]
    [InlineData("true", "Line 2: is a boolean, not a JSON object; write one object on each line.")]
    [InlineData("null", "Line 2: is null, not a JSON object; write one object on each line.")]
    [InlineData("{\"a\":\"\\ud800\"}", "Line 2: the string at byte 6 has a \\u escape for half a character; write both halves.")]
    [InlineData("{\"\\udc00\":1}", "Line 2: the string at byte 2 has a \\u escape for half a character; write both halves.")]
    [InlineData("{\"a\":\"123456789012345678901234567890\"}12345", "Line 2: the row is longer than the 40 bytes a row may have; shorten it or raise the limit.")]
    public async Task Jsonl_MalformedRow_HasItsMessage(string line, string expected)
    {
        var rows = await SourceText.ReadAsync($"{{}}\r\n{line}\r\n{{}}", SourceText.Jsonl with { MaxRowBytes = 40 });

        Assert.Equal([null, expected, null], rows.Select(row => row.BadRow));
        Assert.Equal([1L, 2, 3], rows.Select(row => row.Position.Line));
    }

    [Fact]
    public async Task Jsonl_NestedTooDeep_IsRejected()
    {
        var text = $"{{\"a\":{new string('[', 48)}{new string(']', 48)}}}\n{{\"a\":{new string('[', 47)}{new string(']', 47)}}}";

        var rows = await SourceText.ReadAsync(text, SourceText.Jsonl);

        Assert.Equal(
            ["Line 1: is not valid JSON at byte 53: The maximum configured depth of 48 has been exceeded. Cannot read next JSON array.", null],
            rows.Select(row => row.BadRow));
    }

    [Fact]
    public async Task Jsonl_InvalidUtf8_IsRejected()
    {
        byte[] text = [.. "{\"a\":\""u8, 0xC3, .. "\"}\n{}"u8];

        var rows = await SourceText.ReadAsync(text, SourceText.Jsonl);

        Assert.Equal(
            ["Line 1: byte 7 (0xC3) is not valid UTF-8; save the source as UTF-8.", null], rows.Select(row => row.BadRow));
    }
}
