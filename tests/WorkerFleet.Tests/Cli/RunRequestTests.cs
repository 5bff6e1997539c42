using Microsoft.Extensions.Configuration;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Options;
using WorkerFleet.Sources;

namespace WorkerFleet.Tests.Cli;

public sealed class RunRequestTests : IDisposable
{
    private readonly CliProcess _cli = new();
    private readonly List<string> _problems = [];

    public RunRequestTests() => _cli.Write("rows.csv", "a\n1\n");

    [Fact]
    public void Read_NothingButSourceAndAgent_HasTheDocumentedDefaults()
    {
        var request = Read(Layer((RunSettings.Source, "rows.csv"), (RunSettings.Agent, "echo")));

        Assert.Empty(_problems);
        Assert.Equal(new RetrySpec(), request.Spec.Retry);
        Assert.Equal(new LimitsSpec(), request.Spec.Limits);
        Assert.Equal(new FailurePolicy(), request.Spec.Failures);
        Assert.Equal((10, 3, TimeSpan.FromMinutes(5)),
            (request.Spec.Limits.Concurrency, request.Spec.Retry.MaxAttempts,
                request.Spec.Limits.AttemptTimeout));
        Assert.Equal("rows.csv", request.Spec.Name);
        Assert.Equal(Path.Combine(_cli.Folder, "results", "rows"), request.Output);
        Assert.Null(request.Spec.Mapping.PassThrough);
    }

    [Fact]
    public void Read_ThreeLayers_TheFirstThatSaysItWins()
    {
        var commandLine = Layer((RunSettings.Concurrency, "7"));
        var file = Layer(
            (RunSettings.Source, "rows.csv"), (RunSettings.Agent, "echo"), (RunSettings.Concurrency, "8"),
                (RunSettings.Attempts, "4"));
        var configuration =
            Layer((RunSettings.Concurrency, "9"), (RunSettings.Attempts, "5"), (RunSettings.Timeout, "90s"));

        var spec = Read(commandLine, file, configuration).Spec;

        Assert.Equal(
            (7, 4, TimeSpan.FromSeconds(90)),
                (spec.Limits.Concurrency, spec.Retry.MaxAttempts, spec.Limits.AttemptTimeout));
    }

    [Fact]
    public void Read_PromptOnTheCommandLine_ReplacesTheTemplateOfTheFile()
    {
        _cli.Write("template.json", "{}");
        var file =
            Layer((RunSettings.Source, "rows.csv"), (RunSettings.Agent, "echo"),
                (RunSettings.Template, "template.json"));

        Assert.Equal("{}", Read(file).Spec.Mapping.Template);
        var mapping = Read(Layer((RunSettings.Prompt, "Hi {{a}}")), file).Spec.Mapping;

        Assert.Empty(_problems);
        Assert.Equal(("Hi {{a}}", null), (mapping.Prompt, mapping.Template));
    }

    [Fact]
    public void Read_PlaceOfTheAnswerAlone_IsAProblem()
    {
        var options = Layer((RunSettings.Source, "rows.csv"), (RunSettings.Agent, "echo"), (RunSettings.Answer, "/label"));

        var mapping = Read(options, Layer((RunSettings.ExpectedColumn, "a"))).Spec.Mapping;
        Assert.Empty(_problems);
        Assert.Equal(("a", "/label"), (mapping.ExpectedColumn, mapping.AnswerPointer));
        Read(options);
        Assert.EndsWith(
            ": says where the answer is that the right one is compared with; name the column of that, too, with " +
            "--expected-column", Assert.Single(_problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Lists_SplitAtCommasAndNotInFiles()
    {
        var layer =
            Layer((RunSettings.Source, "rows.csv"), (RunSettings.Agent, "echo"), (RunSettings.Columns, "a, b"));
        layer.Add(RunSettings.PassThrough, new SettingText("a, b", "batch.yaml:1", IsElement: true));

        var request = Read(layer);

        Assert.Equal(["a", "b"], request.SourceSettings.Columns);
        Assert.Equal(["a, b"], request.Spec.Mapping.PassThrough);
    }

    [Fact]
    public void Read_SourceOptions_AreUnderstood()
    {
        var settings = Read(Layer(
            (RunSettings.Source, "-"), (RunSettings.Agent, "echo"), (RunSettings.Format, "TSV"),
                (RunSettings.Delimiter, "tab"),
            (RunSettings.Quote, "none"), (RunSettings.Header, "no"), (RunSettings.OnBadRow, "fail"),
                (RunSettings.MaxRowBytes, "64KiB")))
            .SourceSettings;

        Assert.Empty(_problems);
        Assert.Equal(
            (SourceFormat.Tsv, '\t', '\0', false),
                (settings.Format, settings.Delimiter, settings.Quote, settings.Header));
        Assert.Equal((BadRowPolicy.Fail, 65_536, "standard " +
            "input"), (settings.OnBadRow, settings.MaxRowBytes, settings.DisplayName));
    }

    [Fact]
    public void Read_FailurePolicyAndRules_AreUnderstood()
    {
        var spec = Read(Layer(
            (RunSettings.Source, "rows.csv"), (RunSettings.AgentRule, "url=http://x:y"),
                (RunSettings.AgentRule, "a=:b"),
            (RunSettings.Tolerate, "10"), (RunSettings.Tolerate, "2.5%"),
                (RunSettings.PassThrough, "none"))).Spec;

        Assert.Empty(_problems);
        Assert.Equal([new AgentRule("url", "http://x", "y"), new AgentRule("a", "", "b")], spec.Agents.Rules);
        Assert.Equal((10L, 2.5), (spec.Failures.ToleratedCount, spec.Failures.ToleratedPercentage));
        Assert.Empty(spec.Mapping.PassThrough!);
    }

    [Fact]
    public void Read_AgentUrl_MakesAnAgentOfAConstantName()
    {
        var layer =
            Layer((RunSettings.Source, "rows.csv"), (RunSettings.AgentUrl, "http://localhost:8080/v1/Agent"));

        var (first, second) = (Read(layer), Read(layer));

        Assert.Empty(_problems);
        Assert.Equal("localhost-8080-v1-agent", first.Spec.Agents.Default);
        Assert.Equal(first.Spec.Agents.Default, second.AdHocAgent!.Name);
    }

    [Theory]
    [InlineData("MAX_RETRIES", "5", 5)]
    [InlineData("MAX_RETRIES", "0", 1)]
    [InlineData("FLEET__DEFAULTS__ATTEMPTS", "6", 6)]
    public void Defaults_FromTheEnvironment_AreTaken(string variable, string value, int attempts)
    {
        _cli.Environment[variable] = value;

        Assert.Equal(attempts, ReadWithConfiguration().Spec.Retry.MaxAttempts);
    }

    [Fact]
    public void Defaults_InFilesAndEnvironment_TheEnvironmentWinsOverBothFiles()
    {
        _cli.Write("installed/appsettings.json", """{"Fleet":{"Defaults":{"Concurrency":1,"Attempts":2,"Priority":"low"}}}""");
        _cli.Write("appsettings.json", """{"Fleet":{"Defaults":{"Concurrency":3,"Attempts":4}}}""");
        _cli.Environment["Fleet__Defaults__Concurrency"] = "50";

        var spec = ReadWithConfiguration().Spec;

        Assert.Empty(_problems);
        Assert.Equal(
            (50, 4, BatchPriority.Low),
                (spec.Limits.Concurrency, spec.Retry.MaxAttempts, spec.Limits.Priority));
    }

    public void Dispose() => _cli.Dispose();

    private RunRequest ReadWithConfiguration()
    {
        IConfiguration configuration =
            FleetConfiguration.Build(_cli.CreateContext(TextWriter.Null, TextWriter.Null));
        return Read(
            Layer((RunSettings.Source, "rows.csv"), (RunSettings.Agent, "echo")),
            FleetConfiguration.ReadDefaults(configuration, _problems));
    }

    private RunRequest Read(params SettingsLayer[] layers) =>
        new RunRequestReader(_cli.CreateContext(TextWriter.Null, TextWriter.Null), layers, _problems).Read();

    private static SettingsLayer Layer(params (RunSetting Setting, string Value)[] values)
    {
        var layer = new SettingsLayer();
        foreach (var (setting, value) in values)
            layer.Add(setting, new SettingText(value, setting.Option));
        return layer;
    }
}
