using System.Diagnostics.Metrics;

namespace WorkerFleet.Sqlite.Database;

/// <summary>What the embedded store does, for dashboards.</summary>
internal static class SqliteMetrics
{
    public const string MeterName = "WorkerFleet.Sqlite";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Transactions = Meter.CreateCounter<long>(
        "fleet.sqlite.transactions", "{transaction}", "Transactions that wrote, by outcome");

    private static readonly Counter<long> Reads = Meter.CreateCounter<long>(
        "fleet.sqlite.reads", "{read}", "Reads, of one or several statements");

    public static void CountCommit() =>
        Transactions.Add(1, new KeyValuePair<string, object?>("outcome", "committed"));

    public static void CountRollback() =>
        Transactions.Add(1, new KeyValuePair<string, object?>("outcome", "rolled_back"));

    public static void CountRead() => Reads.Add(1);
}
