using System.Globalization;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Planning;

namespace WorkerFleet.Cli.Planning;

/// <summary>How a plan calls things.</summary>
internal static class PlanWords
{
    /// <summary>A limit, as whoever has set it knows it.</summary>
    public static string Of(PlanLimit limit, FleetShape fleet)
    {
        var of = limit.Agent is { } agent ? $" of agent {SafeText.Line(agent, 64)}" : "";
        return limit.Kind switch
        {
            PlanLimitKind.Rows => "no more rows than calls at the same time",
            PlanLimitKind.BatchConcurrency => $"--concurrency {Number(limit.Value)}",
            PlanLimitKind.AgentConcurrency => $"{Number(limit.Value)} calls at the same time{of}",
            PlanLimitKind.Workers =>
                $"{Figures.Count(fleet.Workers ?? 0, "worker")} of " +
                $"{Figures.Count(fleet.WorkerConcurrency, "row")} each",
            PlanLimitKind.CallsPerSecond => $"{Number(limit.Value)} calls a second{of}",
            PlanLimitKind.NewSessionsPerSecond => $"{Number(limit.Value)} new sessions a second{of}",
            PlanLimitKind.LiveSessions => $"{Number(limit.Value)} live sessions{of}",
            PlanLimitKind.Waiting => $"--waiting {Number(limit.Value)}",
            _ => $"the fleet itself, about {Number(limit.Value)} rows a second as measured on two cores",
        };
    }

    public static string Number(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);

    /// <summary>An amount, in three digits or so where it is small.</summary>
    public static string Amount(double value) => value.ToString(
        value >= 100 ? "#,0" : value >= 1 ? "#,0.#" : "0.###", CultureInfo.InvariantCulture);

    /// <summary>US dollars; cents where there are some.</summary>
    public static string Usd(double value) => value is > 0 and < 0.0001
        ? "<$0.0001"
        : "$" + value.ToString(value is 0 or >= 0.1 ? "#,0.00" : "0.0000", CultureInfo.InvariantCulture);

    public static string Share(double share) => share.ToString("0.#%", CultureInfo.InvariantCulture);

    public static string Of(PlanTransport transport) => transport switch
    {
        PlanTransport.Embedded => "fleet run",
        PlanTransport.RabbitMq => "RabbitMQ",
        _ => "SQS",
    };

    public static string Of(PlanStore store) => store == PlanStore.Sqlite ? "SQLite" : "DynamoDB and S3";
}
