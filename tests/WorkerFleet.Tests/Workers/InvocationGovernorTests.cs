using WorkerFleet.Batches;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class InvocationGovernorTests
{
    private readonly TestAgents _agents = new();

    [Fact]
    public async Task Acquire_BeyondTheBatchsConcurrency_Waits()
    {
        var governor = new InvocationGovernor(_agents);
        var batch = Batch(2);
        var first = await governor.AcquireAsync(batch, TestAgents.Name, CancellationToken.None);
        await governor.AcquireAsync(batch, TestAgents.Name, CancellationToken.None);

        var third = governor.AcquireAsync(batch, TestAgents.Name, CancellationToken.None);
        Assert.False(third.IsCompleted);
        first.Dispose();
        await third;
    }

    [Fact]
    public async Task Acquire_BeyondTheAgentsConcurrency_WaitsAcrossBatches()
    {
        _agents.Concurrency = 1;
        var governor = new InvocationGovernor(_agents);
        var first = await governor.AcquireAsync(Batch(5), TestAgents.Name, CancellationToken.None);

        var second = governor.AcquireAsync(Batch(5), TestAgents.Name, CancellationToken.None);
        Assert.False(second.IsCompleted);
        first.Dispose();
        await second;
    }

    [Fact]
    public async Task Acquire_GivenUpWhileWaitingForTheAgent_LeavesNothingTaken()
    {
        _agents.Concurrency = 1;
        var governor = new InvocationGovernor(_agents);
        var (holder, waiter) = (Batch(1), Batch(1));
        var held = await governor.AcquireAsync(holder, TestAgents.Name, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var waiting = governor.AcquireAsync(waiter, TestAgents.Name, stop.Token);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);

        Assert.True(waiter.IsIdle);
        held.Dispose();
        Assert.True(holder.IsIdle);
        (await governor.AcquireAsync(waiter, TestAgents.Name, CancellationToken.None)).Dispose();
    }

    [Fact]
    public async Task Acquire_AgentsThatDoNotExist_NeedTheBatchsPermitOnly()
    {
        var governor = new InvocationGovernor(_agents);
        var batch = Batch(1);

        for (var i = 0; i < 10; i++)
            (await governor.AcquireAsync(batch, $"nobody-{i}", CancellationToken.None)).Dispose();

        Assert.True(batch.IsIdle);
    }

    private static BatchView Batch(int concurrency) => new(new()
    {
        CorrelationId = Guid.CreateVersion7(),
        Spec = new() { Limits = new() { Concurrency = concurrency } },
    });
}
