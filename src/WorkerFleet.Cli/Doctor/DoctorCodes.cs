namespace WorkerFleet.Cli.Doctor;

/// <summary>Everything that the doctor can find; docs/doctor.md lists it, too.</summary>
internal static partial class DoctorCodes
{
    public static readonly DoctorCode ConfigurationInvalid = Failed(
        "configuration.invalid",
        "A key of appsettings.json, or an environment variable, has a value that cannot be used, or does not exist",
        "Set the key that the finding names");

    public static readonly DoctorCode FolderUnusable = Failed(
        "folder.unusable",
        "The data folder is a file, on a read-only medium, or belongs to somebody else",
        "Make it writable for the user that runs fleet, or name another: `--data`, or `Fleet:Data`");

    public static readonly DoctorCode DiskLow = Warning(
        "disk.low",
        "Less than 1 GiB is free where the data folder is",
        "Make room: `fleet clean` deletes old batches; or choose another folder with `--data`");

    public static readonly DoctorCode DiskFull = Failed(
        "disk.full",
        "Less than 100 MiB is free where the data folder is, so that a run can hardly be finished",
        "Make room: `fleet clean` deletes old batches; or choose another folder with `--data`");

    public static readonly DoctorCode StoreLocked = Failed(
        "store.locked",
        "A backup, a database browser, or a process that hangs has the database locked",
        "End what holds it (`fuser .fleet/fleet.db` names it), and look again");

    public static readonly DoctorCode StoreDamaged = Failed(
        "store.damaged",
        "The disk failed, the file was copied while in use or changed by something else, or it is no fleet database",
        "Restore the data folder from a copy, or use another: `--data`. SQLite's `.recover` saves what can be read");

    public static readonly DoctorCode StoreNewer = Failed(
        "store.newer",
        "A newer version of fleet has used the database",
        "Use that version, or another data folder: `--data`");

    public static readonly DoctorCode StoreUnwritable = Failed(
        "store.unwritable",
        "This user has no right to the database, or this role none to the tables",
        "Give the user the rights to folder and files, or the role what `deploy/iam` has for it");

    public static readonly DoctorCode StoreUnavailable = Failed(
        "store.unavailable",
        "The store does not answer in time, or its tables are throttled",
        "See that the network is up, and that the tables' capacity is enough");

    public static readonly DoctorCode StoreFailed = Failed(
        "store.failed",
        "The store reported an error of another kind",
        "See the finding; `--verbose` shows where it comes from");

    public static readonly DoctorCode ClockSkewed = Warning(
        "clock.skewed",
        "This machine's clock, or the other one's, is more than 5 s off; times in the journal, and retries, are off as much",
        "Have both clocks set by NTP: `timedatectl set-ntp true`");

    public static readonly DoctorCode ClockWrong = Failed(
        "clock.wrong",
        "This machine's clock, or the other one's, is more than 60 s off; AWS takes no signature that is 5 minutes off",
        "Set the clock that is wrong, and have it kept by NTP: `timedatectl set-ntp true`");

    public static readonly DoctorCode CheckLate = Failed(
        "doctor.late",
        "Something that the check asks does not answer, or the machine is overloaded",
        "Look again by itself: `fleet doctor --only CHECK`; what the other checks found may say why");

    public static readonly DoctorCode CheckBroke = Failed(
        "doctor.broke",
        "Something happened that the check does not expect",
        "Look again with `--verbose`, and report it");

    /// <summary>Every one of them, in the order of the checks.</summary>
    public static IReadOnlyList<DoctorCode> All =>
    [
        ConfigurationInvalid,
        AwsCredentials, AwsExpired, AwsRefused, AwsRegion, AwsUnreachable, AwsFailed,
        TablesMissing, TablesIndex, TablesKey, TablesExpiry, TablesDenied,
        BucketMissing, BucketDenied,
        FolderUnusable, DiskLow, DiskFull,
        StoreLocked, StoreDamaged, StoreNewer, StoreUnwritable, StoreUnavailable, StoreFailed,
        BrokerInvalid, BrokerUnreachable, BrokerUntrusted, BrokerCredentials, BrokerVirtualHost, BrokerFailed, BrokerVersion,
        QueuesMissing, QueuesDiffer, QueuesSettings, QueuesDenied, QueuesUnattended, QueuesDeadLetters,
        ProcessesNone, ProcessesNoOrchestrator, ProcessesNoWorker, ProcessesLost, ProcessesPressed, ProcessesAgentHeld,
        ProcessesAgentThrottled, ProcessesNoShare,
        VersionsMixed, VersionsDiffer,
        BatchesPaused, BatchesUndriven, BatchesNotDispatched, BatchesNoWorker, BatchesWaiting, BatchesScheduleOverdue,
        BatchesOverrun, BatchesOrphaned, BatchesCompletionOverdue, BatchesAggregating, BatchesDenied, BatchesNoEvents,
        AgentsInvalid, AgentsUnreachable, AgentsSlow, AgentsUnhealthy, AgentsNotFound, AgentsNoAgent, AgentsDenied,
        AgentsCredentials, AgentsThrottled, AgentsNotStarted, AgentsFailing, AgentsForgotten, AgentsPingAdvances,
        ClockSkewed, ClockWrong,
        PermissionsDenied, PermissionsKms,
        CheckLate, CheckBroke,
    ];

    private static DoctorCode Failed(string code, string cause, string remedy) => new(code, CheckState.Failed, cause, remedy);

    private static DoctorCode Warning(string code, string cause, string remedy) => new(code, CheckState.Warning, cause, remedy);
}
