using System.Text.Json.Nodes;
using Amazon.DynamoDBv2.Model;

namespace WorkerFleet.Deployment.Ecs;

/// <summary>Reads a table of the template as DynamoDB would be asked for it.</summary>
internal static class TemplateTables
{
    /// <param name="properties">Of the resource.</param>
    public static CreateTableRequest Read(JsonObject properties) => new()
    {
        TableName = FleetTemplate.Text(properties["TableName"]),
        BillingMode = FleetTemplate.Text(properties["BillingMode"]),
        AttributeDefinitions = [.. properties["AttributeDefinitions"]!.AsArray().Select(each => new AttributeDefinition(
            FleetTemplate.Text(each!["AttributeName"]), FleetTemplate.Text(each["AttributeType"])))],
        KeySchema = KeysOf(properties),
        GlobalSecondaryIndexes = [.. properties["GlobalSecondaryIndexes"]!.AsArray().Select(index => new GlobalSecondaryIndex
        {
            IndexName = FleetTemplate.Text(index!["IndexName"]),
            KeySchema = KeysOf(index.AsObject()),
            Projection = new Projection
            {
                ProjectionType = FleetTemplate.Text(index["Projection"]!["ProjectionType"]),
                NonKeyAttributes = index["Projection"]!["NonKeyAttributes"] is { } names ? [.. FleetTemplate.Texts(names)] : null,
            },
        })],
    };

    private static List<KeySchemaElement> KeysOf(JsonObject place) => [.. place["KeySchema"]!.AsArray().Select(key =>
        new KeySchemaElement(FleetTemplate.Text(key!["AttributeName"]), FleetTemplate.Text(key["KeyType"])))];
}
