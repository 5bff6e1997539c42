using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;

namespace WorkerFleet.AmazonSqs.Client.Wire;

/// <summary>Reads the answer to a call, or the error.</summary>
internal sealed class SqsUnmarshaller(SqsCall call) : JsonResponseUnmarshaller
{
    /// <summary>
    /// Such as <c>AWS.SimpleQueueService.NonExistentQueue;Sender</c>: the code of SQS's older protocol, and whose fault
    /// it is.
    /// </summary>
    private const string QueryErrorHeader = "x-amzn-query-error";

    private const string RequestIdHeader = "x-amzn-RequestId";

    /// <summary>Of an answer that cannot be read, in an error's message.</summary>
    private const int MaxQuoted = 120;

    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext context)
    {
        if (call.AnswerType is null)
            return new SqsAnswer();
        var body = Read(context);
        try
        {
            return new SqsAnswer { Value = JsonSerializer.Deserialize(body, call.AnswerType) };
        }
        catch (JsonException exception)
        {
            throw SqsException.Of(
                call.Operation, call.Subject, $"the answer is not SQS's: {Quote(body)}", SqsException.BrokenAnswer,
                ErrorType.Receiver, exception, HttpStatusCode.OK, RequestIdOf(context));
        }
    }

    public override AmazonServiceException UnmarshallException(
        JsonUnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
    {
        var body = Read(context);
        var query = context.ResponseData.GetHeaderValue(QueryErrorHeader)?.Split(';') ?? [];
        var (code, message) = ReadError(body);
        code ??= query is [{ Length: > 0 } queryCode, ..] ? queryCode : statusCode.ToString();
        var type = query is [_, var fault]
            ? fault is "Sender" ? ErrorType.Sender : ErrorType.Receiver
            : (int)statusCode < 500 ? ErrorType.Sender : ErrorType.Receiver;
        message = string.IsNullOrWhiteSpace(message) ? Quote(body) : OneLine(message).TrimEnd('.');
        return SqsException.Of(
            call.Operation, call.Subject, $"{code} ({(int)statusCode}): {message}", code, type, innerException,
            statusCode, RequestIdOf(context));
    }

    private static (string? Code, string? Message) ReadError(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
                return default;
            // com.amazonaws.sqs#QueueDoesNotExist; a colon and an address may follow.
            var code = TextOf(document.RootElement, "__type")?.Split('#')[^1].Split(':')[0];
            return (string.IsNullOrEmpty(code) ? null : code,
                TextOf(document.RootElement, "message") ?? TextOf(document.RootElement, "Message"));
        }
        catch (JsonException)
        {
            // A page of a proxy, or half an answer. The status tells what there is to tell.
            return default;
        }
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String
            ? value.GetString()
            : null;

    private static byte[] Read(JsonUnmarshallerContext context)
    {
        // From memory: the whole answer has come before it is read.
        using var buffer = new MemoryStream();
        context.Stream.CopyTo(buffer);
        return buffer.ToArray();
    }

    private static string RequestIdOf(JsonUnmarshallerContext context) =>
        context.ResponseData.GetHeaderValue(RequestIdHeader) ?? "";

    private static string Quote(byte[] body)
    {
        if (body.Length == 0)
            return "(empty)";
        var text = OneLine(System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, MaxQuoted))));
        return body.Length > MaxQuoted ? $"{text}…" : text;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
