using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class InvocationGovernorTests : IDisposable
{
    private readonly TestAgents _agents = new();
    private readonly StubLifetime _lifetime = new();
    private InvocationGovernor _governor;

    public InvocationGovernorTests() => _governor = Create(concurrency: 25);

    public void Dispose()
    {
        _governor.Dispose();
        _lifetime.Dispose();
    }

    [Fact]
    public async Task Acquire_BeyondTheBatchsConcurrency_Waits()
    {
        var batch = Batch(2);
        var first = await AcquireAsync(batch);
        await AcquireAsync(batch);

        var third = AcquireAsync(batch);
        Assert.False(third.IsCompleted);
        first.Dispose();
        await third;
    }

    [Fact]
    public async Task Acquire_BeyondTheAgentsConcurrency_WaitsAcrossBatches()
    {
        _agents.Limits = new() { Concurrency = 1 };
        var first = await AcquireAsync(Batch(5));

        var second = AcquireAsync(Batch(5));
        Assert.False(second.IsCompleted);
        first.Dispose();
        await second;
    }

    [Fact]
    public async Task Acquire_BeyondTheProcesssConcurrency_Waits()
    {
        _governor = Create(concurrency: 1);
        var first = await AcquireAsync(Batch(5));

        var second = AcquireAsync(Batch(5));
        Assert.False(second.IsCompleted);
        first.Dispose();
        await second;
    }

    [Fact]
    public async Task Acquire_BatchHaltedWhileItWaits_EndsTheWaitAndLeavesNothingTaken()
    {
        _agents.Limits = new() { Concurrency = 1 };
        var (holder, waiter) = (Batch(1), Batch(1));
        var held = await AcquireAsync(holder);
        var admission = await _governor.AdmitAsync(waiter, TestAgents.Name);
        var waiting = _governor.AcquireAsync(admission);

        Change(waiter, BatchStatus.Paused);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        admission.Dispose();
        held.Dispose();
        Change(waiter, BatchStatus.Processing);

        (await AcquireAsync(waiter)).Dispose();
    }

    [Fact]
    public async Task Acquire_AgentsThatDoNotExist_NeedTheBatchsPermitOnly()
    {
        var batch = Batch(1);

        for (var i = 0; i < 10; i++)
        {
            using var admission = await _governor.AdmitAsync(batch, $"nobody-{i}");
            (await _governor.AcquireAsync(admission)).Dispose();
        }

        Assert.Equal("batch/", Assert.Single(_governor.Limits).Name[..6]);
    }

    [Fact]
    public async Task Admit_BatchAtItsLimit_KeepsNoOtherOut()
    {
        var (limited, other) = (Batch(1), Batch(25));
        var waiting = Enumerable.Range(0, 100).Select(_ => _governor.AdmitAsync(limited, TestAgents.Name).AsTask()).ToList();
        Assert.Equal(5, waiting.Count(task => task.IsCompleted));

        for (var i = 0; i < 25; i++)
            Assert.True(_governor.AdmitAsync(other, TestAgents.Name).AsTask().IsCompleted);

        (await waiting[0]).Dispose();
        await waiting[5].WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Admit_AgentAtItsLimit_KeepsNoOtherAgentOut()
    {
        _agents.Limits = new() { Concurrency = 1 };
        var (limited, other) = (Batch(25), Batch(25));
        for (var i = 0; i < 100; i++)
            _ = _governor.AdmitAsync(limited, TestAgents.Name).AsTask();

        for (var i = 0; i < 25; i++)
            Assert.True(_governor.AdmitAsync(other, "another").AsTask().IsCompleted);
    }

    [Fact]
    public async Task Stop_WhileItemsWait_TurnsThemAway()
    {
        var batch = Batch(1);
        var admission = await _governor.AdmitAsync(batch, TestAgents.Name);
        using var permit = await _governor.AcquireAsync(admission);
        var acquiring = _governor.AcquireAsync(admission).AsTask();
        var admitting = Enumerable.Range(0, 10).Select(_ => _governor.AdmitAsync(batch, TestAgents.Name).AsTask()).ToList()[^1];

        _lifetime.StopApplication();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => acquiring);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => admitting);
    }

    [Fact]
    public async Task Capacity_Cut_TakesFewerItemsAndComesBack()
    {
        var batch = Batch(25);
        _governor.Capacity = 1;
        var tasks = Enumerable.Range(0, 41).Select(_ => _governor.AdmitAsync(batch, TestAgents.Name).AsTask()).ToList();
        Assert.Equal(2, tasks.Count(task => task.IsCompleted));

        _governor.Capacity = 100;

        Assert.Equal(25, _governor.Capacity);
        await Task.WhenAll(tasks).WaitAsync(TimeSpan.FromSeconds(30));
    }

    private async Task<Permit> AcquireAsync(BatchView batch) =>
        await _governor.AcquireAsync(await _governor.AdmitAsync(batch, TestAgents.Name));

    private InvocationGovernor Create(int concurrency) =>
        new(_agents, new() { Concurrency = concurrency, Embedded = true }, _lifetime, TimeProvider.System, NullLogger<InvocationGovernor>.Instance);

    private static BatchView Batch(int concurrency) => new(new()
    {
        CorrelationId = Guid.CreateVersion7(),
        Spec = new() { Limits = new() { Concurrency = concurrency } },
    });

    private static void Change(BatchView batch, string status) => batch.Update(new()
    {
        CorrelationId = batch.Id,
        Version = batch.State.Version + 1,
        CurrentState = status,
        Spec = batch.Spec,
    });
}
