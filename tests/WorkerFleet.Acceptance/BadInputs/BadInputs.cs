namespace WorkerFleet.Acceptance.BadInputs;

/// <summary>What a user can get wrong, by what it is.</summary>
internal static class BadInputs
{
    public static readonly IReadOnlyDictionary<string, BadInput> Sources = new Dictionary<string, BadInput>
    {
        ["a source that is not there"] = BadInput.Run(
            "row.csv", [], "row.csv", "there is no such file", "did you mean 'rows.csv'?"),
        ["a folder"] = BadInput.Run("folder.csv", [], "folder.csv", "is a folder", "name a file"),
        ["no source"] = new(["run", "--agent", "echo", "--prompt", "x"], "There is no source", "name a CSV"),
        ["two sources"] = BadInput.Run("rows.csv", ["rows.csv"], "'rows.csv' is one argument too many"),
        ["an empty file"] = BadInput.Run("empty.csv", [], "empty.csv is empty"),
        ["blank lines alone"] = BadInput.Run("blank.csv", [], "blank.csv has nothing but blank lines"),
        ["a header alone"] = BadInput.Run("header-only.csv", [], "header-only.csv has a header but no rows"),
        ["an unknown format"] = BadInput.Run("rows.data", [], "rows.data does not show its format", "give 'format': csv, tsv or jsonl"),
        ["UTF-16"] = BadInput.Run("utf-16.csv", [], "utf-16.csv is UTF-16", "save it as UTF-8"),
        ["a spreadsheet"] = BadInput.Run("sheet.csv", [], "sheet.csv is compressed (zip)", "save a spreadsheet as CSV"),
        ["a compressed file"] = BadInput.Run("packed.csv", [], "packed.csv is compressed (gzip)", "unpack it"),
        ["bytes that are not UTF-8"] = BadInput.Run(
            "latin-1.csv", ["--on-bad-row", "fail"], "latin-1.csv", "Line 2: byte 2 (0xFC) is not valid UTF-8"),
        ["a column named twice"] = BadInput.Run(
            "twice.csv", [], "twice.csv has a header in line 1", "columns 1 and 2 are both named 'city'"),
        ["a column without a name"] = BadInput.Run("nameless.csv", [], "nameless.csv", "line 1", "column 2 has no name"),
        ["a quote left open in the header"] = BadInput.Run(
            "open-quote.csv", [], "open-quote.csv", "Line 1: the quote opened in field 1 is never closed", "double it"),
        ["a bad row that must not be"] = BadInput.Run(
            "wide.csv", ["--on-bad-row", "fail"], "wide.csv", "Line 3: has 3 fields", "put a field that contains the delimiter in quotes"),
        ["line ends of another age"] = BadInput.Run(
            "old-mac.csv", [], "old-mac.csv has lines that end in a carriage return alone", "LF or CR LF"),
        ["empty standard input"] = BadInput.Run("-", ["--format", "csv"], "standard input is empty"),
        ["standard input of unknown format"] = BadInput.Run("-", [], "standard input", "give 'format': csv, tsv or jsonl") with
        {
            Input = "city\nRome\n",
        },
        ["columns that do not fit"] = BadInput.Run(
            "rows.csv", ["--columns", "a,city,c", "--header", "false"], "rows.csv has 2 fields", "'columns' names 3"),
        ["no header and no columns"] = BadInput.Run("rows.csv", ["--header", "false"], "rows.csv has no header", "give 'columns'"),
        ["columns for JSONL"] = BadInput.Run("rows.jsonl", ["--columns", "city"], "rows.jsonl is JSONL", "no use for columns"),
        ["a delimiter of two characters"] = BadInput.Run("rows.csv", ["--delimiter", "ab"], "--delimiter: 'ab' is not a single"),
        ["one character for two purposes"] = BadInput.Run("rows.csv", ["--delimiter", "\""], "rows.csv", "as delimiter and as quote"),
    };

    public static readonly IReadOnlyDictionary<string, BadInput> Mappings = new Dictionary<string, BadInput>
    {
        ["an unknown column"] = new(
            ["run", "rows.csv", "--agent", "echo", "--prompt", "{{citty}}"],
            "The prompt", "line 1, column 3", "no column 'citty'", "did you mean 'city'?"),
        ["an expression left open"] = new(
            ["run", "rows.csv", "--agent", "echo", "--prompt", "In {{city"], "The prompt", "line 1, column 4", "not closed by '}}'"),
        ["a template that is not JSON"] = new(
            ["run", "rows.csv", "--agent", "echo", "--template", "not-json.json"], "not-json.json:1", "is not valid JSON"),
        ["a template that is not there"] = new(
            ["run", "rows.csv", "--agent", "echo", "--template", "tmplate.json"],
            "tmplate.json: there is no such file", "did you mean 'template.json'?"),
        ["an unknown column in a template"] = new(
            ["run", "rows.csv", "--agent", "echo", "--template", "template.json"],
            "$.a", "no column 'zip'", "the columns are street, city"),
        ["prompt and template"] = BadInput.Run(
            "rows.csv", ["--template", "template.json"], "--prompt: cannot be used together with --template", "choose one"),
        ["an unknown id column"] = BadInput.Run(
            "rows.csv", ["--id-column", "ID"], "The id column", "no column 'ID'", "the columns are street, city"),
        ["an unknown column to pass through"] = BadInput.Run(
            "rows.csv", ["--pass-through", "stret"], "no column 'stret'", "did you mean 'street'?"),
        ["an unknown agent"] = new(
            ["run", "rows.csv", "--agent", "eco", "--prompt", "x"], "'eco', does not exist", "did you mean 'echo'?"),
        ["no agent"] = new(["run", "rows.csv", "--prompt", "x"], "No agent is chosen", "--agent"),
        ["an address that is none"] = new(
            ["run", "rows.csv", "--prompt", "x", "--agent-url", "localhost:8080"],
            "--agent-url: 'localhost:8080' is not an address", "http://localhost:8080"),
        ["credentials in an address"] = new(
            ["run", "rows.csv", "--prompt", "x", "--agent-url", "http://me:secret@localhost:8080"],
            "--agent-url: credentials do not belong into an address", "Headers:Authorization"),
        ["a rule that is none"] = BadInput.Run(
            "rows.csv", ["--agent-rule", "city:echo"], "--agent-rule: 'city:echo' is not COLUMN=VALUE:AGENT"),
        ["a rule with an unknown agent"] = BadInput.Run(
            "rows.csv", ["--agent-rule", "city=Rome:nobody"], "city = Rome", "'nobody', does not exist", "the agents are"),
        ["an unknown agent column"] = BadInput.Run(
            "rows.csv", ["--agent-column", "town"], "The agent column", "no column 'town'", "the columns are street, city"),
    };

    public static readonly IReadOnlyDictionary<string, BadInput> Settings = new Dictionary<string, BadInput>
    {
        ["an unknown command"] = new(["rum", "rows.csv"], "'rum' is no command", "did you mean 'run'?"),
        ["an unknown option"] = BadInput.Run("rows.csv", ["--concurency", "5"], "--concurency", "did you mean '--concurrency'?"),
        ["a number out of range"] = BadInput.Run("rows.csv", ["--concurrency", "0"], "--concurrency: '0'", "from 1 to 10,000"),
        ["no number"] = BadInput.Run("rows.csv", ["--attempts", "few"], "--attempts: 'few'", "from 1 to 100"),
        ["no duration"] = BadInput.Run("rows.csv", ["--timeout", "forever"], "--timeout: 'forever' is not a duration", "30s"),
        ["no size"] = BadInput.Run("rows.csv", ["--max-row-bytes", "1TB"], "--max-row-bytes: '1TB' is not a size", "64KiB"),
        ["no tolerance"] = BadInput.Run("rows.csv", ["--tolerate=-1"], "--tolerate: '-1'", "a count such as 10, or a percentage"),
        ["no priority"] = BadInput.Run("rows.csv", ["--priority", "urgent"], "--priority: 'urgent'", "low, normal, high"),
        ["an option given twice"] = BadInput.Run(
            "rows.csv", ["--attempts", "2", "--attempts", "3"], "--attempts: is given 2 times", "give it once"),
        ["waits in the wrong order"] = BadInput.Run(
            "rows.csv", ["--retry-delay", "10s", "--retry-max-delay", "1s"], "--retry-max-delay: 1s is shorter than --retry-delay 10s"),
        ["a file for a folder"] = BadInput.Run("rows.csv", ["--output", "rows.data"], "--output rows.data: is a file", "name a folder"),
        ["a file for the data folder"] = BadInput.Run("rows.csv", ["--data", "rows.data"], "rows.data: is a file", "name a folder"),
        ["an unknown key of a batch file"] = new(
            ["run", "key.yaml"], "key.yaml:3: unknown key 'maping'", "did you mean 'mapping'?"),
        ["a bad value in a batch file"] = new(
            ["run", "value.yaml"], "value.yaml:5: limits.concurrency: 'lots'", "from 1 to 10,000"),
        ["a batch file that is not YAML"] = new(["run", "syntax.yaml"], "syntax.yaml:", "is not valid YAML"),
        ["a batch file without source"] = new(["run", "no-source.yaml"], "There is no source"),
        ["a batch file without sections"] = new(["run", "list.yaml"], "list.yaml: has to hold sections such as 'source:'"),
        ["a batch file whose source is not there"] = new(["run", "gone.yaml"], "not-there.csv: there is no such file"),
        ["an unknown environment variable"] = BadInput.Run(
            "rows.csv", [], "Fleet:Defaults:CONCURENCY: there is no such key", "did you mean 'Concurrency'?") with
        {
            Environment = new() { ["FLEET__DEFAULTS__CONCURENCY"] = "5" },
        },
        ["a bad environment variable of an older system"] = BadInput.Run("rows.csv", [], "Fleet:Defaults:Attempts: 'many'", "a whole number") with
        {
            Environment = new() { ["MAX_RETRIES"] = "many" },
        },
        ["an unknown type of agent"] = BadInput.Run(
            "rows.csv", [], "Fleet:Agents:mine:Type: there is no type 'soap'", "echo, http, simulated") with
        {
            Environment = new() { ["FLEET__AGENTS__MINE__TYPE"] = "soap" },
        },
        ["a share above 1"] = BadInput.Run(
            "rows.csv", [], "Fleet:Agents:simulated:Simulated:HangRate: 2 is out of range", "0 to 1") with
        {
            Environment = new() { ["FLEET__AGENTS__SIMULATED__SIMULATED__HANGRATE"] = "2" },
        },
        ["an unknown transport"] = new(
            ["submit", "rows.csv", "--agent", "echo", "--prompt", "{{city}}"],
            "Fleet:Transport: 'AmazonSqz' is not one of RabbitMq, AmazonSqs", "did you mean 'AmazonSqs'?")
        {
            Environment = new() { ["FLEET__TRANSPORT"] = "AmazonSqz" },
        },
        ["a bad time of Amazon SQS"] = new(
            ["submit", "rows.csv", "--agent", "echo", "--prompt", "{{city}}"],
            "Fleet:AmazonSqs:VisibilityTimeout: '5s' is not a time from 00:00:10 to 12:00:00")
        {
            Environment = new()
            {
                ["FLEET__TRANSPORT"] = "AmazonSqs", ["FLEET__AMAZONSQS__VISIBILITYTIMEOUT"] = "5s", ["AWS_REGION"] = "eu-central-1",
            },
        },
        ["a batch that is not there"] = new(["status", "0197a3c2"], "There are no batches", ".fleet"),
    };
}
