using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Store;

namespace WorkerFleet.Acceptance.BadInputs;

/// <summary>Every mistake gets one line that says what is wrong, where, and what to do; and nothing is begun.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private const int BadUsage = 2;

    private readonly Workspace _fleet = Workspace.Create();

    public static TheoryData<string> Sources => [.. BadInputs.Sources.Keys];

    public static TheoryData<string> Mappings => [.. BadInputs.Mappings.Keys];

    public static TheoryData<string> Settings => [.. BadInputs.Settings.Keys];

    public Task InitializeAsync()
    {
        BadInputFiles.WriteTo(_fleet);
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _fleet.DisposeAsync().AsTask();

    [Theory]
    [MemberData(nameof(Sources))]
    public Task Source_ThatCannotBeRead_IsRefused(string name) => ShouldBeRefusedAsync(BadInputs.Sources[name]);

    [Theory]
    [MemberData(nameof(Mappings))]
    public Task Mapping_ThatCannotBeUsed_IsRefused(string name) => ShouldBeRefusedAsync(BadInputs.Mappings[name]);

    [Theory]
    [MemberData(nameof(Settings))]
    public Task Setting_ThatMakesNoSense_IsRefused(string name) => ShouldBeRefusedAsync(BadInputs.Settings[name]);

    [Fact]
    public async Task Run_BrokenConfiguration_NamesTheFile()
    {
        File.Copy(_fleet["broken/appsettings.json"], _fleet["appsettings.json"]);

        await ShouldBeRefusedAsync(BadInput.Run("rows.csv", [], "appsettings.json", "is not valid JSON"));
    }

    [Fact]
    public async Task Run_SeveralMistakes_NamesAllOfThem()
    {
        var exit = (await _fleet.RunAsync("run", "row.csv", "--concurrency", "0", "--timeout", "soon", "--agent", "echo"))
            .ShouldBe(BadUsage);

        Assert.Equal(3, exit.Error.Split('\n').Count(line => line.StartsWith("error: ", StringComparison.Ordinal)));
    }

    private async Task ShouldBeRefusedAsync(BadInput bad)
    {
        foreach (var (name, value) in bad.Environment)
            _fleet.Environment[name] = value;

        var exit = (await _fleet.RunAsync(bad.Input, bad.Arguments)).ShouldBe(BadUsage);

        Assert.Empty(exit.Output);
        var line = Assert.Single(exit.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.All(bad.Says, text => Assert.Contains(text, line, StringComparison.Ordinal));
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_fleet["results"]));
        if (!Directory.Exists(_fleet[".fleet"]))
            return;
        await using var store = new StoreReader(_fleet[".fleet"]);
        Assert.Equal(0, await store.CountBatchesAsync());
        Assert.Empty(Directory.EnumerateFiles(_fleet[".fleet"], "source", SearchOption.AllDirectories));
    }
}
