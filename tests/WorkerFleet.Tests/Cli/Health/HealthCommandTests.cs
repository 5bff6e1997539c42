using System.Globalization;
using WorkerFleet.Cli;
using WorkerFleet.Tests.AgentCore;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Cli.Health;

public sealed class HealthCommandTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly CliProcess _cli;

    public HealthCommandTests() => _cli = new() { Time = _time };

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Health_ProcessStarts_IsAliveButNotReady()
    {
        await using var process = new ProbedProcess(new StubbornStore(), new ManualTime());
        var start = await process.BeginStartAsync();
        // Configured for the process and the probe alike, as in a container; a proxy is of no use on one machine.
        _cli.Environment["FLEET__HEALTH__PORT"] = process.Address.Port.ToString(CultureInfo.InvariantCulture);
        _cli.Environment["FLEET__HEALTH__HOST"] = "*";

        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("health"));
        Assert.Contains("\"status\":\"healthy\"", _cli.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.NotWell, await _cli.RunAsync("health", "ready"));
        Assert.Contains("still starting", _cli.Output, StringComparison.Ordinal);

        process.FinishStart();
        await start;
        Assert.Equal(ExitCodes.Success, await _cli.RunAsync("health", "ready"));
    }

    [Fact]
    public async Task Health_NothingListens_IsNotWell()
    {
        string port;
        await using (var process = new ProbedProcess(new StubbornStore(), new ManualTime()))
        {
            await process.StartAsync();
            port = process.Address.Port.ToString(CultureInfo.InvariantCulture);
        }

        Assert.Equal(ExitCodes.NotWell, await _cli.RunAsync("health", "--port", port));
        Assert.StartsWith("Nothing answers at http://127.0.0.1:", Assert.Single(_cli.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_NoAnswer_IsNotWellAfterAWhile()
    {
        await using var server = RawServer.Start(async exchange =>
        {
            await exchange.ReadRequestAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, exchange.Stopping);
        });
        var port = new Uri(server.Url).Port.ToString(CultureInfo.InvariantCulture);

        var run = _cli.RunAsync("health", "--port", port);
        await Eventually.IsTrueAsync(() => server.Requests == 1);
        Assert.False(run.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(ExitCodes.NotWell, await run);
        Assert.EndsWith("no answer within 5 s", Assert.Single(_cli.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no port to ask")]
    [InlineData("PROBE: 'deep'", "deep", "--port", "1")]
    [InlineData("--port: '70000'", "--port", "70000")]
    public async Task Health_BadUsage_SaysWhat(string problem, params string[] arguments)
    {
        Assert.Equal(ExitCodes.BadInput, await _cli.RunAsync(["health", .. arguments]));
        Assert.StartsWith(problem, Assert.Single(_cli.Problems), StringComparison.Ordinal);
    }
}
