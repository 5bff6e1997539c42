using WorkerFleet.Agents;
using WorkerFleet.Cli.BatchFiles;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Tests.Cli;

public sealed class BatchFileTests : IDisposable
{
    private readonly CliProcess _cli = new();
    private readonly List<string> _problems = [];

    [Fact]
    public void Read_EverySection_GivesItsSettingsWithTheirLines()
    {
        var layer = Read("""
            name: check
            source:
              path: rows.csv
              columns: [a, "b,c"]
            agents:
              default: echo
              rules:
                - { column: country, value: "x:y", agent: nordic }
                - country=DE:german
            limits:
              concurrency: 20
            failures:
              stop-on-first: true
            output: out
            """, "jobs/batch.yaml");

        Assert.Empty(_problems);
        Assert.Equal("check", layer.Find(RunSettings.Name).Single().Value);
        Assert.Equal(Path.Combine("jobs", "rows.csv"), layer.Find(RunSettings.Source).Single().Value);
        Assert.Equal(["a", "b,c"], layer.Find(RunSettings.Columns).Select(text => text.Value));
        Assert.Equal(new AgentRule("country", "x:y", "nordic"), Assert.Single(layer.Rules));
        Assert.Equal("country=DE:german", layer.Find(RunSettings.AgentRule).Single().Value);
        Assert.Equal(
            "jobs/batch.yaml:11: limits.concurrency", layer.Find(RunSettings.Concurrency).Single().Where);
        Assert.Equal(Path.Combine("jobs", "out"), layer.Find(RunSettings.Output).Single().Value);
    }

    [Theory]
    [InlineData("limits:\n  concurency: 5", "batch.yaml:2: unknown key 'concurency' in 'limits'; did you mean 'concurrency'?")]
    [InlineData("limit:\n  concurrency: 5", "batch.yaml:1: unknown key 'limit'; did you mean 'limits'?")]
    [InlineData("source:\n  on_bad_row: fail", "batch.yaml:2: unknown key 'on_bad_row' in 'source'; did you mean 'on-bad-row'?")]
    [InlineData("limits:\n  concurrency: [1, 2]", "batch.yaml:2: 'limits.concurrency' has to be a single value")]
    [InlineData("limits: 5", "batch.yaml:1: 'limits' has to hold keys such as 'concurrency:'")]
    [InlineData("- a\n- b", "batch.yaml: has to hold sections such as 'source:' and 'agents:'")]
    [InlineData("", "batch.yaml: has to hold sections such as 'source:' and 'agents:'")]
    [InlineData("agents:\n  rules:\n    - { column: a, vaule: b, agent: c }", "batch.yaml:3: unknown key 'vaule' in a rule of 'agents.rules'; did you mean 'value'?")]
    [InlineData("agents:\n  rules:\n    - { column: a, agent: c }", "batch.yaml:3: a rule of 'agents.rules' lacks 'value'; it is written column, value, agent")]
    public void Read_Mistake_NamesItsLine(string yaml, string problem)
    {
        Read(yaml);

        Assert.Contains(problem, _problems);
    }

    [Theory]
    [InlineData("source: [unclosed", "batch.yaml:2: is not valid YAML")]
    [InlineData("source: [unclosed\nlimits: 1", "batch.yaml: is not valid YAML; look for a bracket")]
    [InlineData("limits:\n  concurrency: 1\n  concurrency: 2", "batch.yaml:3: is not valid YAML")]
    [InlineData("limits:\n\tconcurrency: 1", "batch.yaml:1: is not valid YAML: While scanning a mapping, found invalid tab")]
    public void Read_NoYaml_NamesTheLine(string yaml, string beginning)
    {
        Read(yaml);

        Assert.StartsWith(beginning, Assert.Single(_problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FileThatCannotBeRead_IsTheOnlyProblem()
    {
        await _cli.RunAsync("run", "nope.yaml");

        Assert.Equal("nope.yaml: there is no such file", Assert.Single(_cli.Problems));
    }

    [Fact]
    public void Read_EmptyValue_IsNotSet()
    {
        var layer = Read("limits:\n  deadline:\n  timeout: ~");

        Assert.Empty(_problems);
        Assert.False(layer.Has(RunSettings.Deadline) || layer.Has(RunSettings.Timeout));
    }

    [Fact]
    public async Task Run_FileWithBadValue_NamesLineAndKey()
    {
        _cli.Write("rows.csv", "a\n1\n");
        _cli.Write("batch.yaml", "source: rows.csv\nagents: echo\nlimits:\n  concurrency: lots\n");

        await _cli.RunAsync("run", "batch.yaml");

        Assert.Equal(
            "batch.yaml:4: limits.concurrency: 'lots' is not a whole number from 1 to 10,000",
            Assert.Single(_cli.Problems));
    }

    public void Dispose() => _cli.Dispose();

    private SettingsLayer Read(string yaml, string name = "batch.yaml")
    {
        _cli.Write(name, yaml);
        return BatchFile.Read(_cli.CreateContext(TextWriter.Null, TextWriter.Null), name, _problems);
    }
}
