using System.Text.Json.Nodes;
using Amazon.DynamoDBv2.Model;
using static WorkerFleet.Deployment.Ecs.FleetTemplate;

namespace WorkerFleet.Deployment.Ecs;

/// <summary>Reads a table of the template as DynamoDB would be asked for it.</summary>
internal static class TemplateTables
{
    /// <param name="properties">Of the resource.</param>
    public static CreateTableRequest Read(JsonObject properties) => new()
    {
        TableName = Text(properties["TableName"]),
        BillingMode = Text(properties["BillingMode"]),
        AttributeDefinitions = [.. properties["AttributeDefinitions"]!.AsArray().Select(each => new AttributeDefinition(
            Text(each!["AttributeName"]), Text(each["AttributeType"])))],
        KeySchema = KeysOf(properties),
        GlobalSecondaryIndexes = [.. properties["GlobalSecondaryIndexes"]!.AsArray().Select(index => new GlobalSecondaryIndex
        {
            IndexName = Text(index!["IndexName"]),
            KeySchema = KeysOf(index.AsObject()),
            Projection = new Projection
            {
                ProjectionType = Text(index["Projection"]!["ProjectionType"]),
                NonKeyAttributes = index["Projection"]!["NonKeyAttributes"] is { } names ? [.. Texts(names)] : null,
            },
        })],
    };

    private static List<KeySchemaElement> KeysOf(JsonObject place) => [.. place["KeySchema"]!.AsArray().Select(key =>
        new KeySchemaElement(Text(key!["AttributeName"]), Text(key["KeyType"])))];
}
