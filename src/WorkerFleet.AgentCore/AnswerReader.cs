using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using WorkerFleet.Agents;
using WorkerFleet.Items;

namespace WorkerFleet.AgentCore;

/// <summary>
/// Makes an item's outcome of a successful HTTP answer; its rules are written down in docs/decisions/0005.
/// </summary>
internal sealed class AnswerReader(
    string label, int maxOutputBytes, bool requireDoneEvent, AgentUsageReader usage)
{
    private readonly EventStreamReader _events = new(label, maxOutputBytes, requireDoneEvent, usage);

    public async Task<AgentReply> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var contentType = response.Content.Headers.ContentType;
        var mediaType = contentType?.MediaType ?? "";
        if (response.StatusCode == HttpStatusCode.NoContent)
            return Nothing();
        if (mediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase))
            return await _events.ReadAsync(response, IsDelimited(response), cancellationToken);
        var isText = mediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase);
        if (!isText && !IsJson(mediaType))
            return BadAnswer($"answered {mediaType}; expected is JSON, text/plain or text/event-stream", false);
        var body = await BoundedBody.ReadAllAsync(response.Content, maxOutputBytes, cancellationToken);
        if (body is null)
            return TooLarge(label, maxOutputBytes);
        var delimited = IsDelimited(response);
        if (body.Length == 0)
            return delimited ? Nothing() : BadAnswer("ended its answer before it began", true);
        var utf8 = Transcode(body, contentType?.CharSet);
        if (utf8 is null)
            return BadAnswer("answered with text that is not in the encoding it names", false);
        return isText ? FromText(utf8, delimited) : FromJson(utf8, delimited);
    }

    internal static AgentReply TooLarge(string label, int maxOutputBytes) => AgentReply.Fail(new ItemFailure(
        FailureKind.BadAnswer,
        OneLine.Of(string.Create(
            CultureInfo.InvariantCulture,
            $"{label} answered with more than {maxOutputBytes} bytes, its {nameof(AgentOptions.MaxOutputBytes)}")),
        Retryable: false, MayHaveRun: true));

    private AgentReply FromText(byte[] utf8, bool delimited)
    {
        if (!delimited)
            return BadAnswer(
                "answered text without saying how long it is, so that a part would look like the whole", false);
        var output = JsonAnswer.FromText(utf8);
        return output.Length > maxOutputBytes ? TooLarge(label, maxOutputBytes) : AgentReply.Succeed(output);
    }

    private AgentReply FromJson(byte[] utf8, bool delimited)
    {
        using var answer = JsonAnswer.Parse(utf8);
        if (answer.Root is { } root)
        {
            // A part of an object, array or string is no JSON; a part of a number is another number.
            if (!delimited && root.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.String))
                return BadAnswer("answered a bare value without saying how long it is", true);
            if (BusinessFailure.From(root, label) is { } failure)
                return AgentReply.Fail(failure) with { Usage = usage.Read(answer.Bytes) };
            return AgentReply.Succeed(answer.Bytes);
        }
        // AWS's TypeScript runtime sends what a handler returns as a string bare, and calls it JSON.
        return delimited && !JsonAnswer.LooksLikeJson(utf8)
            ? FromText(utf8, delimited)
            : BadAnswer($"answered with invalid JSON: {answer.Problem}", true);
    }

    private static AgentReply Nothing() => AgentReply.Succeed("null"u8.ToArray());

    private AgentReply BadAnswer(string what, bool retryable) => AgentReply.Fail(new ItemFailure(
        FailureKind.BadAnswer, OneLine.Of($"{label} {what}"), retryable, MayHaveRun: true));

    private static bool IsJson(string mediaType) =>
        mediaType.Length == 0
        || mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        || mediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase)
        || mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether the end of the answer is told apart from a connection that broke. Only an HTTP/1 answer with neither a
    /// length nor chunks is ended by closing the connection.
    /// </summary>
    private static bool IsDelimited(HttpResponseMessage response) =>
        response.Version.Major > 1
        || response.Headers.TransferEncodingChunked == true
        || response.Content.Headers.ContentLength is not null;

    /// <summary>The body as UTF-8, without a byte order mark; null when it cannot be decoded.</summary>
    private static byte[]? Transcode(byte[] body, string? charset)
    {
        var name = charset?.Trim('"') ?? "";
        try
        {
            if (name.Length == 0 || name.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            {
                var withoutMark = body.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? body[3..] : body;
                return Utf8.IsValid(withoutMark) ? withoutMark : null;
            }
            var encoding = Encoding.GetEncoding(
                name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            return Encoding.UTF8.GetBytes(encoding.GetString(body).TrimStart('\uFEFF'));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
