namespace WorkerFleet.Telemetry;

/// <summary>Attributes of spans: OpenTelemetry's where its conventions have one.</summary>
internal static class SpanTags
{
    public const string BatchId = "workerfleet.batch.id";
    public const string Rows = "workerfleet.batch.rows";
    public const string Status = "workerfleet.batch.status";
    public const string Slice = "workerfleet.slice";
    public const string Row = "workerfleet.row";
    public const string Round = "workerfleet.round";
    public const string Attempt = "workerfleet.attempt";

    /// <summary>Of an attempt: succeeded, or the kind of the failure.</summary>
    public const string Outcome = "workerfleet.outcome";

    public const string System = "messaging.system";
    public const string Operation = "messaging.operation.type";
    public const string Destination = "messaging.destination.name";
    public const string MessageCount = "messaging.batch.message_count";
    public const string Agent = "gen_ai.agent.name";
    public const string Session = "session.id";
    public const string ErrorType = "error.type";
}
