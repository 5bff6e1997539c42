namespace WorkerFleet.Planning;

/// <summary>
/// What the fleet itself takes and uses, as measured: docs/performance.md, docs/aws.md and docs/dynamodb.md say how.
/// Prices are no part of it: they are in a file.
/// </summary>
internal static class Measured
{
    /// <summary>
    /// From the submission to the first call: mostly just-in-time compilation (performance.md, "utilisation").
    /// </summary>
    public static readonly TimeSpan Start = TimeSpan.FromSeconds(0.35);

    /// <summary>From the last row to the end.</summary>
    public static readonly TimeSpan End = TimeSpan.FromSeconds(0.15);

    /// <summary>How often the schedule is looked at, so that a retry is late by half of it.</summary>
    public static readonly TimeSpan Sweep = TimeSpan.FromMilliseconds(100);

    /// <summary>The same with the store in DynamoDB, whose sweeps come once a second.</summary>
    public static readonly TimeSpan CloudSweep = TimeSpan.FromSeconds(1);

    /// <summary>Rows a second of one process with the echo agent, two cores, SQLite.</summary>
    public const double EmbeddedRowsPerSecond = 7_100;

    /// <summary>The same on RabbitMQ, with the broker on the same two cores.</summary>
    public const double RabbitMqRowsPerSecond = 2_200;

    /// <summary>SQS requests of one message in full requests of ten: sent, received, deleted.</summary>
    public const double FullSqsRequests = 0.3;

    /// <summary>
    /// SQS requests a slice and a row beside: 0.36 a row with slices of 256 rows, 0.33 with slices of 1,000.
    /// </summary>
    public const double SqsRequestsPerSlice = 10.3;
    public const double SqsRequestsPerRow = 0.02;

    /// <summary>Messages that one request of SQS takes.</summary>
    public const int SqsBatch = 10;

    /// <summary>How long a delete waits for others, and about how long a worker pauses between receives.</summary>
    public static readonly TimeSpan SqsGather = TimeSpan.FromMilliseconds(50);

    /// <summary>A request each ten seconds for each queue that a process reads.</summary>
    public static readonly TimeSpan SqsPoll = TimeSpan.FromSeconds(10);
    public const int WorkerQueues = 3;
    public const int OrchestratorQueues = 5;

    /// <summary>Write units of the two events of an attempt.</summary>
    public const double EventUnits = 2;

    /// <summary>Write units of a retry in the schedule: put, claimed, completed, indexes included.</summary>
    public const double RetryUnits = 9;

    /// <summary>Write units of a dead letter.</summary>
    public const double LetterUnits = 2;

    /// <summary>Write units a slice: it, the saga's three replacements, sweeps and counts.</summary>
    public const double SliceUnits = 5;

    /// <summary>Read units a row: 0.04 while it runs, 0.05 for the export.</summary>
    public const double ReadUnits = 0.09;

    /// <summary>
    /// Part of an outcome's size that compressing leaves, and what an outcome has beside the answer, in bytes.
    /// </summary>
    public const double Compressed = 1.0 / 3;
    public const int OutcomeBytes = 200;

    /// <summary>How long outcomes wait for others of their slice, and most that go together.</summary>
    public static readonly TimeSpan StoreGather = TimeSpan.FromMilliseconds(25);
    public const int StoreGroup = 75;

    /// <summary>Of an answer larger than this there is an object in S3.</summary>
    public const int LargestRecord = 200 * 1_024;

    /// <summary>
    /// Write units a second: a heartbeat each 3 s of each process, a claim each 2 s of each worker and limit.
    /// </summary>
    public const double HeartbeatUnits = 1.0 / 3;
    public const double ClaimUnits = 0.5;

    /// <summary>Read units a second of each process, of each orchestrator (sweeps), and of the reconciler.</summary>
    public const double ProcessReads = 0.5;
    public const double OrchestratorReads = 1;
    public const double ReconcilerReads = 0.5;

    /// <summary>A part of an upload.</summary>
    public const int UploadPart = 8 << 20;

    /// <summary>Slices that the dispatcher reads from one request.</summary>
    public const int SlicesPerRead = 4;
}
