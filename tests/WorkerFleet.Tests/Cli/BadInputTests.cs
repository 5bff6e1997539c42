using WorkerFleet.Cli;

namespace WorkerFleet.Tests.Cli;

/// <summary>Every kind of bad input gets one message that says what, where, and what to do, before anything is begun.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly CliProcess _cli = new();

    public BadInputTests()
    {
        _cli.Write("rows.csv", "id,name\n1,Ann\n2,Bo\n");
        _cli.Write("notes.txt", "nothing");
        _cli.Write("bad.json", "{\n  \"a\": oops\n}");
        Directory.CreateDirectory(Path.Combine(_cli.Folder, "folder"));
    }

    public static TheoryData<string, string> OptionCases => new()
    {
        { "run", "There is no source; name a CSV, TSV or JSONL file, or - for standard input: fleet run FILE" },
        { "run nope.csv --agent echo", "nope.csv: there is no such file" },
        { "run row.csv --agent echo", "row.csv: there is no such file; did you mean 'rows.csv'?" },
        { "run folder --agent echo", "folder: is a folder; name a file as the source" },
        { "run rows.csv", "No agent is chosen; name one with --agent (echo is built in), or give an address with --agent-url" },
        { "run rows.csv --agent", "--agent: needs a value: NAME" },
        { "run rows.csv other.csv --agent echo", "'other.csv' is one argument too many; quote a value that has spaces in it" },
        { "run rows.csv --agent echo --concurency 3", "--concurency: there is no such option; did you mean '--concurrency'?" },
        { "run rows.csv --agent echo --agent echo", "--agent: is given 2 times; give it once" },
        { "run rows.csv --agent echo --concurrency ten", "--concurrency: 'ten' is not a whole number from 1 to 10,000" },
        { "run rows.csv --agent echo --concurrency 0", "--concurrency: '0' is not a whole number from 1 to 10,000" },
        { "run rows.csv --agent echo --attempts 101", "--attempts: '101' is not a whole number from 1 to 100" },
        { "run rows.csv --agent echo --slice-size 4097", "--slice-size: '4097' is not a whole number from 1 to 4,096" },
        { "run rows.csv --agent echo --timeout 30", "--timeout: '30' is not a duration such as 500ms, 30s, 5m or 1h, from 1ms to 1d" },
        { "run rows.csv --agent echo --timeout -1s", "--timeout: '-1s' is not a duration such as 500ms, 30s, 5m or 1h, from 1ms to 1d" },
        { "run rows.csv --agent echo --deadline 2y", "--deadline: '2y' is not a duration such as 500ms, 30s, 5m or 1h, from 1ms to 365d" },
        { "run rows.csv --agent echo --retry-delay 10s --retry-max-delay 5s", "--retry-max-delay: 5s is shorter than --retry-delay 10s; the longest wait cannot be below the first" },
        { "run rows.csv --agent echo --priority hihg", "--priority: 'hihg' is not one of low, normal, high; did you mean 'high'?" },
        { "run rows.csv --agent echo --format xlsx", "--format: 'xlsx' is not one of csv, tsv, jsonl" },
        { "run rows.csv --agent echo --delimiter ab", "--delimiter: 'ab' is not a single ASCII character that is no letter or digit, or one of tab, \\t, comma, semicolon, pipe, space" },
        { "run rows.csv --agent echo --quote x", "--quote: 'x' is not a single ASCII character that is no letter or digit, or one of none, double, single" },
        { "run rows.csv --agent echo --header maybe", "--header: 'maybe' is not true or false" },
        { "run rows.csv --agent echo --columns a,,b", "--columns: has an empty entry; write the entries with a comma between them" },
        { "run rows.csv --agent echo --columns a,b,a", "--columns: names the column 'a' more than once" },
        { "run rows.csv --agent echo --on-bad-row skip", "--on-bad-row: 'skip' is not one of reject, fail" },
        { "run rows.csv --agent echo --max-row-bytes 8TB", "--max-row-bytes: '8TB' is not a size such as 64KiB or 8MiB, from 16B to 64MiB" },
        { "run rows.csv --agent echo --tolerate 101%", "--tolerate: '101%' is not a count such as 10, or a percentage from 0% to 100%" },
        { "run rows.csv --agent echo --tolerate 1 --tolerate 2", "--tolerate: gives a count twice" },
        { "run rows.csv --agent-rule NO:nordic", "--agent-rule: 'NO:nordic' is not COLUMN=VALUE:AGENT, such as country=NO:nordic" },
        { "run rows.csv --agent-url localhost:8080", "--agent-url: 'localhost:8080' is not an address such as http://localhost:8080" },
        { "run rows.csv --agent-url http://me:secret@host/", "--agent-url: credentials do not belong into an address; configure the agent with Fleet:Agents:NAME:Headers:Authorization" },
        { "run rows.csv --agent echo --prompt a --template bad.json", "--prompt: cannot be used together with --template; choose one of them" },
        { "run rows.csv --agent echo --template nope.json", "nope.json: there is no such file" },
        { "run rows.csv --agent echo --template bad.json", "bad.json:2: is not valid JSON at character 8" },
        { "run rows.csv --agent echo --output notes.txt", "--output notes.txt: is a file; name a folder" },
        { "run rows.csv --agent echo --output notes.txt/below", "--output notes.txt/below: cannot be created, since {folder}/notes.txt is a file; name another folder" },
        { "run rows.csv --agent echo --source other.csv", "--source: is for replacing the source of a batch file; name the source once" },
        { "run rows.csv --agent echo --log-level loud", "--log-level: 'loud' is not one of trace, debug, information, info, warning, error" },
        { "run nope.yaml", "nope.yaml: there is no such file" },
        { "frobnicate", "'frobnicate' is no command" },
        { "lst", "'lst' is no command; did you mean 'list'?" },
        { "dead-letters", "'dead-letters' needs a command: list, groups, show, replay, archive, unarchive, export, messages" },
        { "status", "There are no batches: {folder}/.fleet does not exist. 'fleet run' makes it; to look into another folder, name it with --data" },
        { "results --bogus 3", "--bogus: there is no such option" },
        { "retry --item 1 --group x", "--item, --group and --all exclude each other; choose one of them" },
        { "clean --older-than soon", "--older-than: 'soon' is not a duration such as 500ms, 30s, 5m, 1h or 30d, at most 36500d" },
        { "clean", "--older-than: needs a value: DURATION" },
        { "cancel", "BATCH is missing; it is written: cancel BATCH" },
        { "list --limit 0", "--limit: '0' is not a whole number from 1 to 1,000" },
        { "agent --behaviour ecoh", "--behaviour: 'ecoh' is not one of echo, slow, flaky, failing, streaming, async; did you mean 'echo'?" },
        { "agent --port 99999", "--port: '99999' is not a whole number from 0 to 65,535" },
        { "agent --failure-rate 2", "--failure-rate: '2' is not a share from 0 to 1, such as 0.3 or 30%" },
    };

    [Theory]
    [MemberData(nameof(OptionCases))]
    public async Task CommandLine_Bad_SaysWhatWhereAndWhatToDo(string commandLine, string problem)
    {
        var exitCode = await _cli.RunAsync(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(ExitCodes.BadInput, exitCode);
        Assert.Contains(problem.Replace("{folder}", _cli.Folder, StringComparison.Ordinal), _cli.Problems);
        Assert.Empty(_cli.Output);
        Assert.False(Directory.Exists(Path.Combine(_cli.Folder, ".fleet")));
    }

    [Fact]
    public async Task CommandLine_SeveralMistakes_AllAreReportedAtOnce()
    {
        await _cli.RunAsync("run", "nope.csv", "--concurrency", "0", "--timeout", "5", "--priority", "top");

        Assert.Equal(5, _cli.Problems.Count);
    }

    [Fact]
    public async Task StandardInput_IsATerminal_IsNotWaitedFor()
    {
        _cli.InputIsTerminal = true;

        var exitCode = await _cli.RunAsync("run", "-", "--format", "csv", "--agent", "echo");

        Assert.Equal(ExitCodes.BadInput, exitCode);
        Assert.StartsWith("-: standard input is a terminal; pipe the rows in", Assert.Single(_cli.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"Fleet\": ", "appsettings.json: is not valid JSON")]
    [InlineData("{ \"Fleet\": { \"Defaults\": { \"Concurency\": 5 } } }", "Fleet:Defaults:Concurency: there is no such key; did you mean 'Concurrency'?")]
    [InlineData("{ \"Fleet\": { \"Defaults\": { \"Concurrency\": \"many\" } } }", "Fleet:Defaults:Concurrency: 'many' is not a whole number from 1 to 10,000")]
    [InlineData("{ \"Fleet\": { \"Defaults\": { \"Timeout\": { \"Seconds\": 5 } } } }", "Fleet:Defaults:Timeout: has to be a single value")]
    [InlineData("{ \"Fleet\": { \"Agents\": { \"mine\": { \"Type\": \"telepathy\" } } } }", "Fleet:Agents:mine:Type: there is no type 'telepathy'")]
    public async Task Configuration_Bad_SaysWhichKey(string json, string problem)
    {
        _cli.Write("appsettings.json", json);

        var exitCode = await _cli.RunAsync("run", "rows.csv", "--agent", "echo");

        Assert.Equal(ExitCodes.BadInput, exitCode);
        Assert.Contains(problem, Assert.Single(_cli.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_BadValue_SaysWhichKey()
    {
        _cli.Environment["MAX_RETRIES"] = "often";

        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync("run", "rows.csv", "--agent", "echo"));
        Assert.Equal("Fleet:Defaults:Attempts: 'often' is not a whole number from 1 to 100", Assert.Single(_cli.Problems));
    }

    [Fact]
    public async Task Environment_SameNameInTwoCases_IsNoProblemOfOthersOrWithOneValue()
    {
        (_cli.Environment["http_proxy"], _cli.Environment["HTTP_PROXY"]) = ("a", "b");
        (_cli.Environment["FLEET__DEFAULTS__ATTEMPTS"], _cli.Environment["Fleet__Defaults__Attempts"]) = ("2", "2");
        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync("run", "rows.csv", "--agent", "nobody"));
        Assert.Contains("nobody", Assert.Single(_cli.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_SameNameInTwoCasesWithTwoValues_IsSaid()
    {
        (_cli.Environment["FLEET__DEFAULTS__ATTEMPTS"], _cli.Environment["Fleet__Defaults__Attempts"]) = ("2", "3");

        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync("run", "rows.csv", "--agent", "nobody"));
        Assert.Equal(
            "FLEET__DEFAULTS__ATTEMPTS and Fleet__Defaults__Attempts: differ in upper and lower case alone and have "
            + "different values; set one of them",
            Assert.Single(_cli.Problems));
    }

    [Fact]
    public async Task DataFolder_IsAFile_IsSaid()
    {
        var exitCode = await _cli.RunAsync("run", "rows.csv", "--agent", "echo", "--data", "notes.txt");

        Assert.Equal(ExitCodes.BadInput, exitCode);
        Assert.Equal("--data notes.txt: is a file; name a folder", Assert.Single(_cli.Problems));
    }

    public void Dispose() => _cli.Dispose();
}
