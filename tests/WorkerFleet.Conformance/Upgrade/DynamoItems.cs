using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace WorkerFleet.Conformance.Upgrade;

/// <summary>The items of a table, in DynamoDB's own JSON form, so that a file has them as they lie there.</summary>
internal static class DynamoItems
{
    public static async Task<JsonArray> ReadAsync(IAmazonDynamoDB client, string table)
    {
        var scan = await client.ScanAsync(new ScanRequest(table) { ConsistentRead = true });
        // A scan is in the order of hashes.
        return new(
        [
            .. scan.Items.Select(JsonOf).OrderBy(
                item => $"{item["PK"]!["S"]} {item["SK"]!["S"]}", StringComparer.Ordinal),
        ]);
    }

    public static async Task WriteAsync(IAmazonDynamoDB client, string table, JsonArray items)
    {
        foreach (var item in items)
            await client.PutItemAsync(table, ItemOf(item!.AsObject()));
    }

    private static JsonObject JsonOf(Dictionary<string, AttributeValue> item) => new(item
        .OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
        .Select(attribute => KeyValuePair.Create<string, JsonNode?>(attribute.Key, JsonOf(attribute.Value))));

    private static JsonObject JsonOf(AttributeValue value) => value switch
    {
        { S: { } text } => new() { ["S"] = text },
        { N: { } number } => new() { ["N"] = number },
        { BOOL: { } flag } => new() { ["BOOL"] = flag },
        { B: { } bytes } => new() { ["B"] = Convert.ToBase64String(bytes.ToArray()) },
        { SS.Count: > 0 } => new() { ["SS"] = JsonSerializer.SerializeToNode(value.SS.Order(StringComparer.Ordinal)) },
        { NS.Count: > 0 } => new() { ["NS"] = JsonSerializer.SerializeToNode(value.NS.Order(StringComparer.Ordinal)) },
        { BS.Count: > 0 } => new()
        {
            ["BS"] = JsonSerializer.SerializeToNode(
                value.BS.Select(each => Convert.ToBase64String(each.ToArray())).Order(StringComparer.Ordinal)),
        },
        { L: { } list } => new() { ["L"] = new JsonArray([.. list.Select(JsonOf)]) },
        { M: { } map } => new() { ["M"] = JsonOf(map) },
        _ => throw new InvalidOperationException("An attribute of a kind that the fleet has not used so far: teach this to."),
    };

    private static Dictionary<string, AttributeValue> ItemOf(JsonObject item) =>
        item.ToDictionary(attribute => attribute.Key, attribute => ValueOf(attribute.Value!.AsObject()));

    private static AttributeValue ValueOf(JsonObject json)
    {
        var (kind, value) = json.Single();
        return kind switch
        {
            "S" => new() { S = value!.GetValue<string>() },
            "N" => new() { N = value!.GetValue<string>() },
            "BOOL" => new() { BOOL = value!.GetValue<bool>() },
            "B" => new() { B = BytesOf(value!.GetValue<string>()) },
            "SS" => new() { SS = value.Deserialize<List<string>>() },
            "NS" => new() { NS = value.Deserialize<List<string>>() },
            "BS" => new() { BS = value.Deserialize<List<string>>()!.ConvertAll(BytesOf) },
            "L" => new() { L = [.. value!.AsArray().Select(each => ValueOf(each!.AsObject()))] },
            "M" => new() { M = ItemOf(value!.AsObject()) },
            _ => throw new InvalidOperationException($"There is no kind of attribute called {kind}."),
        };
    }

    private static MemoryStream BytesOf(string base64) => new(Convert.FromBase64String(base64));
}
