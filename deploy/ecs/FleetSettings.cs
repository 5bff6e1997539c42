namespace WorkerFleet.Ecs;

/// <summary>What a fleet in ECS is like: the file <c>fleet.json</c>. Only the bucket has to be named.</summary>
public sealed record FleetSettings
{
    /// <summary>Bucket of sources and large values, which is made. Names are shared by all accounts.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>Of the CloudFormation stack, and the ECS cluster. Default <c>Fleet</c>.</summary>
    public string StackName { get; init; } = "Fleet";

    /// <summary>
    /// Before the names of queues and tables, so that several fleets share an account. Default <c>fleet-</c>.
    /// </summary>
    public string Prefix { get; init; } = "fleet-";

    /// <summary>
    /// The image, by tag or (better) digest; null builds it for ARM64 from the Dockerfile of this checkout.
    /// </summary>
    public string? Image { get; init; }

    /// <summary>A VPC whose private subnets reach AWS and the agents; null makes one of two zones.</summary>
    public string? VpcId { get; init; }

    /// <summary>
    /// Of a VPC that is made, 1 to 2. Default 1: a second one costs as much again, and survives the loss of a
    /// zone.
    /// </summary>
    public int NatGateways { get; init; } = 1;

    /// <summary>TCP ports at which agents, the model of access and AWS are. Default 443 alone.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [443];

    /// <summary>1 to 10. Default 2: one works, the other takes over within seconds.</summary>
    public int Orchestrators { get; init; } = 2;

    /// <summary>1 or more: a service that has no task has none to take the first rows. Default 1.</summary>
    public int MinWorkers { get; init; } = 1;

    /// <summary>Up to 1,000. Default 20. Fewer run where agents and batches cannot feed so many.</summary>
    public int MaxWorkers { get; init; } = 20;

    /// <summary>Rows that a worker works on at the same time, 1 to 10,000. Default 25.</summary>
    public int WorkerConcurrency { get; init; } = 25;

    /// <summary>
    /// Rows that are worth a worker, 1 or more: what it does in the time that rows may wait. Default 250, which is a
    /// minute of 25 at the same time of 6 s each. Fewer: more workers, sooner.
    /// </summary>
    public int BacklogPerWorker { get; init; } = 250;

    /// <summary>In units of 1,024 to a processor: 256 to 4,096, as Fargate has them. Default 512.</summary>
    public int WorkerCpu { get; init; } = 512;

    /// <summary>MiB, as Fargate has them for the processors. Default 1,024.</summary>
    public int WorkerMemory { get; init; } = 1_024;

    /// <summary>
    /// Whether the HTTP API and the dashboard run, behind a load balancer that only the VPC reaches. Default
    /// false.
    /// </summary>
    public bool Api { get; init; }

    /// <summary>
    /// ARN of the certificate of the API's load balancer; needed with <see cref="Api"/>: keys must not travel
    /// in the clear.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>Variables of every container, such as <c>FLEET__AGENTS__tickets__ARN</c>. No secrets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Variables whose values are in Secrets Manager: the name of the secret, or <c>name:field</c> of one in
    /// JSON.
    /// </summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Bucket and prefix that <c>s3://</c> sources may be read from, such as <c>my-data/in</c>; null for none.
    /// </summary>
    public string? Sources { get; init; }

    /// <summary>Bucket and prefix that <c>--output s3://</c> may be written to; null for none.</summary>
    public string? Results { get; init; }

    /// <summary>
    /// ARNs of the runtimes of AgentCore that may be invoked; empty: all of the account's in this region.
    /// </summary>
    public IReadOnlyList<string> Runtimes { get; init; } = [];

    /// <summary>
    /// Who is written to when an alarm goes off; null for nobody, who can subscribe to the topic later.
    /// </summary>
    public string? AlarmEmail { get; init; }

    /// <summary>Minutes that a row may wait in its queue before an alarm, 5 to 20,000. Default 60.</summary>
    public int OldestItemMinutes { get; init; } = 60;

    /// <summary>Days that logs are kept: 1, 3, 7, 14, 30, 90, 180 or 365. Default 30.</summary>
    public int LogDays { get; init; } = 30;

    public string RunsTable => $"{Prefix}runs";

    public string JournalTable => $"{Prefix}journal";
}
