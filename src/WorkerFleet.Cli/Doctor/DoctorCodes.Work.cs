namespace WorkerFleet.Cli.Doctor;

/// <content>What can be wrong with batches and agents.</content>
internal static partial class DoctorCodes
{
    public static readonly DoctorCode BatchesPaused = Warning(
        "batches.paused",
        "Somebody has paused the batch",
        "`fleet resume BATCH`");

    public static readonly DoctorCode BatchesUndriven = Warning(
        "batches.undriven",
        "The process that ran the batch was stopped or killed",
        "`fleet resume BATCH`");

    public static readonly DoctorCode BatchesNotDispatched = Failed(
        "batches.not-dispatched",
        "No orchestrator has taken the batch up: none runs on this store, or it cannot reach the broker",
        "`fleet orchestrator`; `fleet health ready` asks one that runs how it is");

    public static readonly DoctorCode BatchesNoWorker = Failed(
        "batches.no-worker",
        "Rows are pending, and no worker runs on this store",
        "`fleet worker`, with the same store and broker");

    public static readonly DoctorCode BatchesWaiting = Warning(
        "batches.waiting",
        "Every row that is left has failed, and waits for its next attempt",
        "Wait, or see why they fail: `fleet status BATCH`");

    public static readonly DoctorCode BatchesScheduleOverdue = Failed(
        "batches.schedule-overdue",
        "Nobody sends what is due: no orchestrator runs, it cannot reach the broker, or its clock is slow",
        "Start an orchestrator, or see its log; compare the clocks");

    public static readonly DoctorCode BatchesOverrun = Failed(
        "batches.overrun",
        "A worker has a row for longer than an attempt may take: it hangs, or its outcome cannot be written",
        "See the worker's log, and restart it: the row is delivered again");

    public static readonly DoctorCode BatchesOrphaned = Warning(
        "batches.orphaned",
        "The worker that had the row is gone; the broker delivers the row again, on SQS once the visibility timeout is over",
        "See why the worker ended; `fleet worker` where none is left");

    public static readonly DoctorCode BatchesCompletionOverdue = Failed(
        "batches.completion-overdue",
        "The time in which the agent's background task had to end is over, and nobody has decided on the row",
        "See that an orchestrator and a worker run; raise the agent's `CompleteWithin` where tasks take longer");

    public static readonly DoctorCode BatchesAggregating = Failed(
        "batches.aggregating",
        "All rows are settled, and no process writes the results: no orchestrator runs, or it cannot write to the output",
        "`fleet orchestrator`, and see its log; `fleet results BATCH --output DIR` exports by hand");

    public static readonly DoctorCode BatchesDenied = Warning(
        "batches.denied",
        "The agent refused rows: its credentials are wrong, or the role may not invoke it",
        "Attach `deploy/iam/invoker.json`, or set the agent's `Auth` or `Headers`; then `fleet retry BATCH`");

    public static readonly DoctorCode BatchesNoEvents = Warning(
        "batches.no-events",
        "The agent accepted rows and never said what became of them: it has no right to write to the journal, does not reach the "
            + "callback address, or its task died",
        "Attach `deploy/iam/agent.json` to the agent's role, or see `Fleet:Callbacks:Url`; then `fleet retry BATCH`");

    public static readonly DoctorCode AgentsInvalid = Failed(
        "agents.invalid",
        "What is configured of the agent cannot be used",
        "Set the key that the finding names");

    public static readonly DoctorCode AgentsUnreachable = Failed(
        "agents.unreachable",
        "The agent does not run, its address is wrong, or it listens on 127.0.0.1 inside of its container",
        "Start it, let it listen on 0.0.0.0:8080, and set its `Url`");

    public static readonly DoctorCode AgentsSlow = Failed(
        "agents.slow",
        "The agent's event loop is blocked, so that it does not answer /ping within 5 s, or a test call within 2 minutes",
        "Have it do long work beside its event loop; see its log");

    public static readonly DoctorCode AgentsUnhealthy = Failed(
        "agents.unhealthy",
        "The agent says on /ping that it is not well",
        "See its log; what it answers is up to its own health check");

    public static readonly DoctorCode AgentsNotFound = Failed(
        "agents.not-found",
        "What answers knows neither /ping, /health nor /ready, or there is no such runtime: the address has another path or port, or the "
            + "ARN is of a runtime that is gone",
        "Set the agent's `Url` or `Arn`; a container of AgentCore listens on 8080");

    public static readonly DoctorCode AgentsNoAgent = Failed(
        "agents.no-agent",
        "A web page, a proxy or another service is at the address: the answer is not the contract's",
        "Set the agent's `Url` to the agent itself, whose /ping answers {\"status\":\"Healthy\"}");

    public static readonly DoctorCode AgentsDenied = Failed(
        "agents.denied",
        "The agent, or AWS, refuses the credentials: they are wrong, or the role may not invoke the runtime",
        "Attach `deploy/iam/invoker.json`, or set the agent's `Auth` or `Headers`");

    public static readonly DoctorCode AgentsCredentials = Failed(
        "agents.credentials",
        "There is nothing to call the agent with",
        "Run with a role or a profile; or set the agent's `Auth`");

    public static readonly DoctorCode AgentsThrottled = Failed(
        "agents.throttled",
        "A quota of the agent is used up",
        "Wait, raise the quota, or set the agent's `CallsPerSecond` and `LiveSessions` to it");

    public static readonly DoctorCode AgentsNotStarted = Failed(
        "agents.not-started",
        "AgentCore could not start the agent, or it did not pass its health check in time: an import fails, start-up is slow, "
            + "or it does not listen on 0.0.0.0:8080",
        "See the runtime's log in CloudWatch; have it answer GET /ping within a second of its start, and load models later");

    public static readonly DoctorCode AgentsFailing = Failed(
        "agents.failing",
        "The agent answers with an error",
        "See its log; with `--invoke` give it an `--input` that it takes");

    public static readonly DoctorCode AgentsForgotten = Warning(
        "agents.forgotten",
        "An earlier run used this agent by its address, and it may be gone for good",
        "Nothing, unless a batch of it is to go on: then start it");

    public static readonly DoctorCode AgentsPingAdvances = Warning(
        "agents.ping-advances",
        "The agent's /ping has a new time_of_last_update with every answer, so that AgentCore takes it to be busy: sessions never idle, "
            + "are paid for, and use up the quota",
        "Let time_of_last_update change only when the status does");
}
