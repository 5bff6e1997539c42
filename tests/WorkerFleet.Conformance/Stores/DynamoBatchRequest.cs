using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace WorkerFleet.Conformance.Stores;

/// <summary>A request of many parts, the last of which is kept back and answered as throttled: each operation has its own way.</summary>
internal sealed class DynamoBatchRequest
{
    public static readonly IReadOnlyList<string> Operations = ["BatchExecuteStatement", "BatchGetItem", "BatchWriteItem"];

    private readonly string _operation;
    private readonly JsonNode _body;
    private readonly MediaTypeHeaderValue? _type;
    private readonly JsonNode _last;
    private readonly string _table;

    private DynamoBatchRequest(string operation, JsonNode body, JsonArray parts, string table, MediaTypeHeaderValue? type)
    {
        (_operation, _body, _table, _type) = (operation, body, table, type);
        _last = parts[^1]!;
        parts.RemoveAt(parts.Count - 1);
    }

    /// <returns>Null for a request without parts, or of one part.</returns>
    public static async Task<DynamoBatchRequest?> ReadAsync(
        string operation, HttpContent content, CancellationToken cancellationToken)
    {
        if (!Operations.Contains(operation))
            return null;
        var body = JsonNode.Parse(await content.ReadAsStringAsync(cancellationToken))!;
        var tables = body["RequestItems"]?.AsObject().ToList() ?? [];
        var parts = operation switch
        {
            "BatchExecuteStatement" => body["Statements"],
            "BatchGetItem" => tables[0].Value!["Keys"],
            _ => tables[0].Value,
        };
        return parts!.AsArray().Count < 2
            ? null
            : new(operation, body, parts.AsArray(), tables.FirstOrDefault().Key ?? "", content.Headers.ContentType);
    }

    public HttpContent WithoutLast()
    {
        var content = new StringContent(_body.ToJsonString());
        content.Headers.ContentType = _type;
        return content;
    }

    public HttpContent RefuseLast(string answer)
    {
        var answered = JsonNode.Parse(answer)!;
        switch (_operation)
        {
            case "BatchExecuteStatement":
                answered["Responses"]?.AsArray().Add(JsonNode.Parse(
                    """{"Error":{"Code":"ProvisionedThroughputExceeded","Message":"The level was exceeded."}}"""));
                break;
            case "BatchGetItem":
                answered["UnprocessedKeys"] = new JsonObject
                {
                    [_table] = new JsonObject { ["Keys"] = new JsonArray(_last.DeepClone()) },
                };
                break;
            default:
                answered["UnprocessedItems"] = new JsonObject { [_table] = new JsonArray(_last.DeepClone()) };
                break;
        }

        return new StringContent(answered.ToJsonString());
    }
}
