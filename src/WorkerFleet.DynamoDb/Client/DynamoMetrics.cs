using System.Diagnostics.Metrics;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>What the store costs, by operation and table, for dashboards and for the test of its cost.</summary>
internal static class DynamoMetrics
{
    public const string MeterName = "WorkerFleet.DynamoDb";
    public const string RequestsName = "fleet.dynamodb.requests";
    public const string ReadUnitsName = "fleet.dynamodb.read_units";
    public const string WriteUnitsName = "fleet.dynamodb.write_units";

    public const string RetriesName = "fleet.dynamodb.retries";

    /// <summary>Tag of all.</summary>
    public const string Operation = "operation";

    /// <summary>Tag of requests and units.</summary>
    public const string Table = "table";

    /// <summary>Tag of retries.</summary>
    public const string Reason = "reason";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        RequestsName, "{request}", "Requests sent, repeats included");

    private static readonly Counter<double> ReadUnits = Meter.CreateCounter<double>(
        ReadUnitsName, "{unit}", "Read units consumed");

    private static readonly Counter<double> WriteUnits = Meter.CreateCounter<double>(
        WriteUnitsName, "{unit}", "Write units consumed, indexes included");

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        RetriesName, "{request}", "Requests, or parts of one, that were to be repeated");

    public static void CountRequest(string operation, string table) =>
        Requests.Add(1, new(Operation, operation), new(Table, table));

    public static void CountUnits(string operation, string table, double units)
    {
        var counter = operation is "GetItem" or "Query" or "BatchGetItem" ? ReadUnits : WriteUnits;
        counter.Add(units, new(Operation, operation), new(Table, table));
    }

    public static void CountRetry(string operation, string reason) =>
        Retries.Add(1, new(Operation, operation), new(Reason, reason));
}
