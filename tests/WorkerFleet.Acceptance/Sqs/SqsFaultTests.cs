using WorkerFleet.Acceptance.Fleet;
using WorkerFleet.Conformance.Emulators;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Sqs;

/// <summary>SQS fails now and then in every way there is, or forgets everything.</summary>
[Collection(SqsTests.Name)]
public sealed class SqsFaultTests(ITestOutputHelper log) : IAsyncLifetime
{
    private const int Seed = 11;
    private const int Rows = 4_000;
    private const int Concurrency = 20;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(50);

    private readonly FlakyBatch _batch = new(Rows);
    private readonly TestFleet _fleet = TestFleet.CreateForSqs(log);
    private SqsEmulator _sqs = null!;

    public async Task InitializeAsync()
    {
        _batch.Prepare(_fleet.Workspace, Latency);
        // What is taken for lost is made again soon; and what a fault hides comes back before anybody waits for it.
        _fleet.Workspace.Environment["FLEET__AMAZONSQS__VISIBILITYTIMEOUT"] = "00:00:20";
        _sqs = await SqsEmulator.StartOwnAsync();
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _sqs.DisposeAsync();
    }

    [Fact]
    public async Task Batch_EveryKindOfFault_EndsAsTheUndisturbedOne()
    {
        await using var faults = await SqsFaults.StartAsync(_sqs.Endpoint, Seed, oneIn: 12);
        _fleet.UseSqs(faults.Endpoint);
        await _fleet.StartAsync(1, 2, "--concurrency", "10");

        var id = await _batch.SubmitAsync(_fleet, Concurrency);
        var trace = new ProgressTrace(_fleet, id, log);
        var end = await trace.FollowToEndAsync();

        log.WriteLine(string.Join(", ", faults.Injected.Select(fault => $"{fault.Key} {fault.Value}")));
        Assert.Equal(Enum.GetValues<SqsFault>(), faults.Injected.Keys.Order());
        faults.OneIn = 0;
        await _batch.ShouldHaveEndedAsUndisturbedAsync(_fleet, end, log);
        Assert.All(_fleet.Members, member => Assert.Equal((true, 1), (member.IsRunning, member.Starts)));
    }

    [Fact]
    public async Task Batch_SqsLosesAllQueues_EndsAsTheUndisturbedOne()
    {
        _fleet.UseSqs(_sqs.Endpoint);
        await _fleet.StartAsync(1, 2, "--concurrency", "10");

        var id = await _batch.SubmitAsync(_fleet, Concurrency);
        var trace = new ProgressTrace(_fleet, id, log);
        var following = trace.FollowToEndAsync();
        var before = await _fleet.WaitForSettledAsync(id, Rows / 4);
        trace.Note($"SQS restarts empty at {before.Counts.Settled} settled");
        await _sqs.RestartEmptyAsync();
        var end = await following;

        await _batch.ShouldHaveEndedAsUndisturbedAsync(_fleet, end, log);
        Assert.All(_fleet.Members, member => Assert.Equal((true, 1), (member.IsRunning, member.Starts)));
    }
}
