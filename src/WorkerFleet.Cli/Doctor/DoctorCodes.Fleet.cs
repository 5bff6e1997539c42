namespace WorkerFleet.Cli.Doctor;

/// <content>What can be wrong with the broker and the processes that meet there.</content>
internal static partial class DoctorCodes
{
    public static readonly DoctorCode BrokerInvalid = Failed(
        "broker.invalid",
        "What is configured of the broker cannot be used",
        "Set the key that the finding names");

    public static readonly DoctorCode BrokerUnreachable = Failed(
        "broker.unreachable",
        "The broker does not run, its address is wrong, or a firewall is in between",
        "Start it, or set `Fleet:Broker` (for SQS `Fleet:AmazonSqs:Endpoint`)");

    public static readonly DoctorCode BrokerUntrusted = Failed(
        "broker.untrusted",
        "The broker's certificate is not from an authority that is trusted, is for another name or out of date; or it speaks no TLS",
        "Set `Fleet:RabbitMq:Tls:CaFile` and `ServerName`; or `Fleet:Broker` to the port that speaks TLS, 5671 as a rule");

    public static readonly DoctorCode BrokerCredentials = Failed(
        "broker.credentials",
        "The broker has no such user, or the password is another; `guest` may only connect from the broker's own machine",
        "Set user and password in `Fleet:Broker`, or in `Fleet:RabbitMq:Username` and `Password`; for SQS see the check `aws`");

    public static readonly DoctorCode BrokerVirtualHost = Failed(
        "broker.vhost",
        "There is no such virtual host, or the user has no permissions in it",
        "`rabbitmqctl add_vhost VHOST` and `rabbitmqctl set_permissions -p VHOST USER '.*' '.*' '.*'`; or change `Fleet:Broker`");

    public static readonly DoctorCode BrokerFailed = Failed(
        "broker.failed",
        "The broker answers with an error of another kind",
        "See the finding, and the broker's log");

    public static readonly DoctorCode BrokerVersion = Warning(
        "broker.version",
        "The fleet needs quorum queues that dead-letter at least once, which are there from RabbitMQ 3.10 on",
        "Upgrade the broker");

    public static readonly DoctorCode QueuesMissing = Failed(
        "queues.missing",
        "Somebody deleted the queue, or processes of the fleet meet at another broker, virtual host or prefix; or it was never made",
        "Compare `Fleet:Broker` and the prefix with those of the processes; for SQS, `fleet provision` makes it");

    public static readonly DoctorCode QueuesDiffer = Failed(
        "queues.differ",
        "Another version, or somebody else, has declared the queue with other arguments; no process can start on it",
        "When it is empty, delete it: `rabbitmqctl delete_queue NAME`; or set another `Fleet:RabbitMq:Prefix`");

    public static readonly DoctorCode QueuesSettings = Warning(
        "queues.settings",
        "The queue was made with other attributes, which the fleet works with, and leaves alone",
        "Change the attributes, or leave them, where that is on purpose");

    public static readonly DoctorCode QueuesDenied = Failed(
        "queues.denied",
        "The user lacks a permission of the broker, or the role one of SQS",
        "`rabbitmqctl set_permissions -p VHOST USER '^PREFIX' '^PREFIX' '^PREFIX'`; for SQS, attach `deploy/iam/queues.json`");

    public static readonly DoctorCode QueuesUnattended = Failed(
        "queues.unattended",
        "Nobody consumes from the queue: no process of that role runs, or it meets at another broker, virtual host or prefix, or hangs",
        "Start one, or give it the same `Fleet:Broker` and `Fleet:RabbitMq:Prefix`; restart one that hangs");

    public static readonly DoctorCode QueuesDeadLetters = Warning(
        "queues.dead-letters",
        "Dead letters arrive faster than an orchestrator files them, or none does",
        "See that an orchestrator runs, and what fails: `fleet dead-letters groups`");

    public static readonly DoctorCode ProcessesNone = Warning(
        "processes.none",
        "No process of a fleet runs on this store, or all of them use another one",
        "`fleet orchestrator` and `fleet worker`, or `fleet up` for both");

    public static readonly DoctorCode ProcessesNoOrchestrator = Warning(
        "processes.no-orchestrator",
        "No orchestrator runs on this store, so that nothing is dispatched, tried again or written",
        "`fleet orchestrator`");

    public static readonly DoctorCode ProcessesNoWorker = Warning(
        "processes.no-worker",
        "No worker runs on this store, so that no row is worked on",
        "`fleet worker`");

    public static readonly DoctorCode ProcessesLost = Warning(
        "processes.lost",
        "It was killed (by the kernel where memory ran out, by a platform that did not wait), hangs, or lost the store; or clocks differ",
        "See its log and its exit code; give it more memory, or 30 s more to stop than `Fleet:DrainTimeout`. Its rows are delivered again " +
        "by themselves");

    public static readonly DoctorCode ProcessesPressed = Warning(
        "processes.pressed",
        "Memory or processors are short, so that it takes fewer rows",
        "Give it more, lower its `--concurrency`, or start another worker");

    public static readonly DoctorCode ProcessesAgentHeld = Warning(
        "processes.agent-held",
        "The agent refuses every call or cannot be reached, so that its rows wait; it is tried again by itself",
        "Mend the agent, its address or its credentials: `fleet doctor --only agents`");

    public static readonly DoctorCode ProcessesAgentThrottled = Warning(
        "processes.agent-throttled",
        "The agent, or its quota, asks to be called less",
        "Raise the quota, or set the agent's `CallsPerSecond` to it; more workers do not help");

    public static readonly DoctorCode ProcessesNoShare = Warning(
        "processes.no-share",
        "The limit is below the number of workers, so that some have no share of it",
        "Raise the agent's `Concurrency`, or the batch's with `fleet set BATCH --concurrency N`; or run fewer workers");

    public static readonly DoctorCode VersionsMixed = Warning(
        "versions.mixed",
        "An upgrade is under way, or did not reach every process",
        "Bring all processes to one version; two neighbouring ones work side by side meanwhile");

    public static readonly DoctorCode VersionsDiffer = Warning(
        "versions.differ",
        "This executable is older or newer than the fleet",
        "Use the same version, such as by the fleet's own image");
}
