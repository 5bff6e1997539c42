using System.Diagnostics.Metrics;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>What the store costs, by operation and table, for dashboards and for the test of its cost.</summary>
internal static class DynamoMetrics
{
    public const string MeterName = "WorkerFleet.DynamoDb";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "fleet.dynamodb.requests", "{request}", "Requests sent, repeats included");

    private static readonly Counter<double> ReadUnits = Meter.CreateCounter<double>(
        "fleet.dynamodb.read_units", "{unit}", "Read units consumed");

    private static readonly Counter<double> WriteUnits = Meter.CreateCounter<double>(
        "fleet.dynamodb.write_units", "{unit}", "Write units consumed, indexes included");

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "fleet.dynamodb.retries", "{request}", "Requests, or parts of one, that were to be repeated");

    public static void CountRequest(string operation, string table) =>
        Requests.Add(1, new("operation", operation), new("table", table));

    public static void CountUnits(string operation, string table, double units)
    {
        var counter = operation is "GetItem" or "Query" or "BatchGetItem" ? ReadUnits : WriteUnits;
        counter.Add(units, new("operation", operation), new("table", table));
    }

    public static void CountRetry(string operation, string reason) =>
        Retries.Add(1, new("operation", operation), new("reason", reason));
}
