using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace WorkerFleet.Conformance.Emulators;

/// <summary>A request to SQS, as it came.</summary>
internal sealed record SqsRequest(
    string Operation, string ContentType, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public bool IsBatch => Operation.EndsWith("Batch", StringComparison.Ordinal);

    public static async Task<SqsRequest> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return new SqsRequest(
            context.Request.Headers["X-Amz-Target"].ToString().Split('.')[^1], context.Request.ContentType ?? "",
            context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
    }

    public JsonObject Read() => JsonNode.Parse(Body)!.AsObject();

    public SqsRequest With(JsonObject body) => this with { Body = JsonSerializer.SerializeToUtf8Bytes(body) };
}

/// <summary>An answer of SQS, or in its place.</summary>
internal sealed record SqsAnswer(int Status, string ContentType, byte[] Body)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static SqsAnswer Ok(byte[] body) => new(200, "application/x-amz-json-1.0", body);

    /// <param name="status">Of HTTP.</param>
    /// <param name="code">In the JSON protocol.</param>
    /// <param name="message">Says it in words.</param>
    /// <param name="queryCode">In the older protocol; null for the same.</param>
    public static SqsAnswer Error(int status, string code, string message, string? queryCode = null) =>
        Ok(Encoding.UTF8.GetBytes($$"""{"__type":"com.amazonaws.sqs#{{code}}","message":"{{message}}"}""")) with
        {
            Status = status,
            Headers = new Dictionary<string, string>
            {
                ["x-amzn-query-error"] = $"{queryCode ?? code};{(status < 500 ? "Sender" : "Receiver")}",
            },
        };
}
