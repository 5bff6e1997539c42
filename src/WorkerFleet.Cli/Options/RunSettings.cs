namespace WorkerFleet.Cli.Options;

/// <summary>Everything that can be set for a run.</summary>
internal static class RunSettings
{
    public static readonly RunSetting Name = new(
        "name", "", "name", "NAME", "What to call the batch. Default: the source's file name.");

    public static readonly RunSetting Owner = new(
        "owner", "", "owner", "WHO", "Who submits it. Default: the user's login name.") { Configurable = true };

    public static readonly RunSetting Source = new(
        "source", "source", "path", "FILE", "Read this instead of the batch file's source.") { IsPath = true };

    public static readonly RunSetting Format = new(
        "format", "source", "format", "csv|tsv|jsonl", "Format of the source. Default: by its file name.");

    public static readonly RunSetting Delimiter = new(
        "delimiter", "source", "delimiter", "CHAR",
        "Between fields: a character, or tab. Default: comma, for TSV tab.");

    public static readonly RunSetting Quote = new(
        "quote", "source", "quote", "CHAR", "Around fields: a character, or none. Default: \".");

    public static readonly RunSetting Columns = new(
        "columns", "source", "columns", "a,b,c", "Names of the columns, of a source without a header.")
        { Arity = SettingArity.Many };

    public static readonly RunSetting Header = new(
        "header", "source", "header", "true|false",
        "Whether the first row is the header. Default: true, without --columns.");

    public static readonly RunSetting OnBadRow = new(
        "on-bad-row", "source", "on-bad-row", "reject|fail",
        "A malformed row is rejected, or stops the submission. Default: reject.")
        { Configurable = true };

    public static readonly RunSetting MaxRowBytes = new(
        "max-row-bytes", "source", "max-row-bytes", "SIZE",
        "Longest row, such as 64KiB or 8MiB. Default: 8MiB.")
        { Configurable = true };

    public static readonly RunSetting Agent = new(
        "agent", "agents", "default", "NAME", "Agent for rows that nothing else chooses for.")
            { Configurable = true };

    public static readonly RunSetting AgentColumn = new(
        "agent-column", "agents", "column", "COLUMN", "Column that names the agent of a row.");

    public static readonly RunSetting AgentRule = new(
        "agent-rule", "agents", "rules", "COLUMN=VALUE:AGENT",
        "Agent for rows with that value. Repeatable; the first that matches.")
        { Arity = SettingArity.Many };

    public static readonly RunSetting AgentUrl = new(
        "agent-url", "agents", "url", "URL",
        "Use the AgentCore-contract agent at this address, without configuring it.");

    public static readonly RunSetting Prompt = new(
        "prompt", "mapping", "prompt", "TEXT", "Message to the agent; {{column}} stands for the row's value.");

    public static readonly RunSetting Template = new(
        "template", "mapping", "template", "FILE.json",
        "JSON input of the agent, with {{column}} in its strings.") { IsPath = true };

    public static readonly RunSetting IdColumn = new(
        "id-column", "mapping", "id-column", "COLUMN", "Column with your own id of a row.");

    public static readonly RunSetting PassThrough = new(
        "pass-through", "mapping", "pass-through", "a,b|none",
        "Columns to copy into the results. Default: all.")
        { Arity = SettingArity.Many };

    public static readonly RunSetting ExpectedColumn = new(
        "expected-column", "mapping", "expected-column", "COLUMN",
        "Column with the right answer: results say which rows have it, the summary their share.");

    public static readonly RunSetting Answer = new(
        "answer", "mapping", "answer", "POINTER",
        "Where the answer is in the agent's output, such as /label. Default: the whole output.");

    public static readonly RunSetting Attempts = new(
        "attempts", "retries", "attempts", "N", "Attempts a row gets in all, 1 to 100. Default: 3.")
            { Configurable = true };

    public static readonly RunSetting RetryDelay = new(
        "retry-delay", "retries", "delay", "DURATION",
        "Longest wait before the second attempt; doubles with each. Default: 1s.")
        { Configurable = true };

    public static readonly RunSetting RetryMaxDelay = new(
        "retry-max-delay", "retries", "max-delay", "DURATION",
        "Longest wait before any attempt. Default: 60s.") { Configurable = true };

    public static readonly RunSetting Concurrency = new(
        "concurrency", "limits", "concurrency", "N",
        "Invocations at the same time, 1 to 10,000. Default: 10.") { Configurable = true };

    public static readonly RunSetting Waiting = new(
        "waiting", "limits", "waiting", "N",
        "Items that agents may be working on in the background at the same time. Default: 5,000 for such agents.")
            { Configurable = true };

    public static readonly RunSetting Timeout = new(
        "timeout", "limits", "timeout", "DURATION", "Time limit of one attempt. Default: 5m.")
            { Configurable = true };

    public static readonly RunSetting Deadline = new(
        "deadline", "limits", "deadline", "DURATION",
        "Time limit of the whole batch; what is not done then is cancelled. Default: none.")
        { Configurable = true };

    public static readonly RunSetting Priority = new(
        "priority", "limits", "priority", "low|normal|high", "Priority over other batches. Default: normal.")
            { Configurable = true };

    public static readonly RunSetting SliceSize = new(
        "slice-size", "limits", "slice-size", "N", "Rows in a slice of the ledger, 1 to 4,096. Default: 256.")
            { Configurable = true };

    public static readonly RunSetting Tolerate = new(
        "tolerate", "failures", "tolerate", "N|N%",
        "End the batch once more rows than this failed; a count, a percentage, or both. Default: never.")
        { Arity = SettingArity.Many, Configurable = true };

    public static readonly RunSetting StopOnFirstFailure = new(
        "stop-on-first-failure", "failures", "stop-on-first", "", "End the batch on the first row that fails.")
        { Arity = SettingArity.Flag, Configurable = true };

    public static readonly RunSetting Output = new(
        "output", "output", "folder", "DIR", "Folder for the results, or s3://bucket/prefix. Default: results/<name of the source>.")
            { IsPath = true, Configurable = true };

    public static readonly IReadOnlyList<RunSetting> All =
    [
        Agent, AgentUrl, AgentColumn, AgentRule,
        Prompt, Template, IdColumn, PassThrough, ExpectedColumn, Answer,
        Source, Format, Delimiter, Quote, Columns, Header, OnBadRow, MaxRowBytes,
        Concurrency, Waiting, Timeout, Deadline, Priority, SliceSize,
        Attempts, RetryDelay, RetryMaxDelay,
        Tolerate, StopOnFirstFailure,
        Output, Name, Owner,
    ];
}
