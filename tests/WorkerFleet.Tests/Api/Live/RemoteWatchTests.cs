using System.Text.Json;
using WorkerFleet.Access;
using WorkerFleet.Api.Live;
using WorkerFleet.Batches;
using WorkerFleet.Cli;
using WorkerFleet.Conformance.Emulators;
using WorkerFleet.Tests.Api.Access;
using WorkerFleet.Tests.Cli;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Live;

/// <summary><c>fleet watch --server</c> against a real API.</summary>
public sealed class RemoteWatchTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly CliProcess _fleet = new();

    [Theory]
    [InlineData(BatchStatus.Completed, ExitCodes.Success)]
    [InlineData(BatchStatus.CompletedWithFailures, ExitCodes.CompletedWithFailures)]
    [InlineData(BatchStatus.Cancelled, ExitCodes.Failed)]
    public async Task Watch_BatchThatIsOver_EndsAsItDid(string status, int expected)
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        await host.AddBatchAsync(status: status);

        Assert.Equal(expected, await _fleet.RunAsync("watch", "--server", host.Address.ToString()));

        Assert.Contains("rows.csv", _fleet.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_ByBeginningOfIdAndKey_WritesJson()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);
        var batch = await host.AddBatchAsync("ada", BatchStatus.Completed);
        _fleet.Environment["FLEET_API_KEY"] = await host.AddKeyAsync("ada");

        var exitCode = await _fleet.RunAsync("watch", batch.ToString(), "--server", host.Address.ToString(), "--json");

        Assert.Equal(ExitCodes.Success, exitCode);
        var json = JsonDocument.Parse(_fleet.Output).RootElement;
        Assert.Equal(batch, json.GetProperty("batch").GetProperty("batch_id").GetGuid());
    }

    [Fact]
    public async Task Watch_ApiIsRestarted_GoesOn()
    {
        var port = LoopbackPorts.Free();
        var host = await AccessHost.StartAsync(_folder.Path, port: port);
        var batch = await host.AddBatchAsync();
        var watch = _fleet.RunAsync("watch", batch.ToString(), "--server", host.Address.ToString());
        await host.SampledAsync(batch, sample => sample.Batch.Status == BatchStatus.Processing);
        await Eventually.IsTrueAsync(() => host.Get<LiveFeed>().TopicOf(batch) is { Watchers: 1 });
        await host.ChangeAsync(batch, state => state.Spec = state.Spec with { Name = "seen.csv" });
        await host.SampledAsync(batch, sample => sample.Batch.Name == "seen.csv");
        await host.DisposeAsync();

        await using var again = await AccessHost.StartAsync(_folder.Path, port: port);
        await again.ChangeAsync(batch, state => state.CurrentState = BatchStatus.Completed);

        Assert.Equal(ExitCodes.Success, await watch.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("is lost; trying again", _fleet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_WithoutKey_SaysThatOneIsNeeded()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);

        Assert.Equal(ExitCodes.BadInput, await _fleet.RunAsync("watch", "--server", host.Address.ToString()));

        Assert.Contains("FLEET_API_KEY", Assert.Single(_fleet.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_BatchThatIsNotThere_SaysSo()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);

        Assert.Equal(
            ExitCodes.BadInput,
            await _fleet.RunAsync("watch", Guid.CreateVersion7().ToString(), "--server", host.Address.ToString()));

        Assert.Contains("There is no batch", Assert.Single(_fleet.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_NobodyListens_SaysSoInALine()
    {
        Assert.Equal(
            ExitCodes.Failed, await _fleet.RunAsync("watch", "--server", $"http://localhost:{LoopbackPorts.Free()}"));

        Assert.Contains("cannot connect", Assert.Single(_fleet.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://host")]
    [InlineData("localhost:5080")]
    [InlineData("http://ada:secret@host")]
    public async Task Watch_AddressThatIsNone_IsBadInput(string address)
    {
        Assert.Equal(ExitCodes.BadInput, await _fleet.RunAsync("watch", "--server", address));

        Assert.Contains("--server", Assert.Single(_fleet.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_KeyThatIsNone_IsNotSentAnywhere()
    {
        Assert.Equal(
            ExitCodes.BadInput, await _fleet.RunAsync("watch", "--server", "http://localhost:1", "--key", "hunter2"));

        Assert.DoesNotContain("hunter2", _fleet.Error, StringComparison.Ordinal);
        Assert.Null(ApiKeyText.Parse("hunter2"));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _fleet.Dispose();
    }
}
