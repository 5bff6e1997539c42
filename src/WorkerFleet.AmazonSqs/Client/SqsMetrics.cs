using System.Diagnostics.Metrics;

namespace WorkerFleet.AmazonSqs.Client;

/// <summary>What the queues cost, by operation, for dashboards and for the test of their cost.</summary>
internal static class SqsMetrics
{
    public const string MeterName = "WorkerFleet.AmazonSqs";
    public const string RequestsName = "fleet.sqs.requests";
    public const string MessagesName = "fleet.sqs.messages";
    public const string EmptyReceivesName = "fleet.sqs.empty_receives";

    /// <summary>Tag of the first two: such as SendMessageBatch.</summary>
    public const string Operation = "operation";

    /// <summary>Tag of the first: ok, error, throttled or cancelled.</summary>
    public const string Outcome = "outcome";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        RequestsName, "{request}", "Requests sent, repeats included");

    private static readonly Counter<long> Messages = Meter.CreateCounter<long>(
        MessagesName, "{message}", "Messages sent, received and deleted, and changes of their visibility");

    private static readonly Counter<long> EmptyReceives = Meter.CreateCounter<long>(
        EmptyReceivesName, "{request}", "Receives that waited and brought nothing");

    public static string NameOf(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Ok => "ok",
        RequestOutcome.Throttled => "throttled",
        RequestOutcome.Cancelled => "cancelled",
        _ => "error",
    };

    public static RequestOutcome OutcomeOf(string? name) => name switch
    {
        "ok" => RequestOutcome.Ok,
        "throttled" => RequestOutcome.Throttled,
        "cancelled" => RequestOutcome.Cancelled,
        _ => RequestOutcome.Error,
    };

    public static void CountRequest(string operation, RequestOutcome outcome) =>
        Requests.Add(1, new(Operation, operation), new(Outcome, NameOf(outcome)));

    public static void CountMessages(string operation, int messages) =>
        Messages.Add(messages, new KeyValuePair<string, object?>(Operation, operation));

    public static void CountEmptyReceive() => EmptyReceives.Add(1);
}
