using Amazon.DynamoDBv2.Model;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>A record to be written unless there is one with its key.</summary>
internal sealed record Insert(string Table, Dictionary<string, AttributeValue> Item);
