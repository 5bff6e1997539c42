using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

/// <summary>What the governor lets begin of one agent, in a process that has the whole of its limits.</summary>
public sealed class AgentFlowTests : IDisposable
{
    private static readonly ItemFailure Throttled = new(FailureKind.Throttled, "Slow down.", true);
    private static readonly ItemFailure Refused = new(FailureKind.Denied, "No.", false, AgentWide: true);
    private static readonly ItemFailure Away = new(FailureKind.Connection, "Nobody there.", true);

    private readonly ManualTime _time = new();
    private readonly TestAgents _agents = new();
    private readonly StubLifetime _lifetime = new();
    private readonly StepContext _items = new();
    private readonly List<(Admission Admission, Permit Permit)> _begun = [];
    private InvocationGovernor? _governor;
    private int _ended;

    private InvocationGovernor Governor => _governor ??= new(
        _agents, new() { Concurrency = 1_000, Embedded = true }, _lifetime, _time, NullLogger<InvocationGovernor>.Instance);

    public void Dispose()
    {
        _governor?.Dispose();
        _lifetime.Dispose();
    }

    [Fact]
    public void Rate_Configured_IsKeptAndMadeUseOf()
    {
        _agents.Limits = new() { CallsPerSecond = 25 };
        Start(300);

        Pass(10);

        Assert.InRange(Begun, 25 * 10 * 0.95, 25 * 10);
    }

    [Fact]
    public void Rate_OfSessionsThatAreStopped_LeavesRoomForTheStops()
    {
        _agents.Limits = new() { CallsPerSecond = 10, NewSessionsPerSecond = 25, StopsSessions = true };
        Start(100);

        Pass(10);

        Assert.InRange(Begun, 5 * 10 * 0.95, 5 * 10);
    }

    [Fact]
    public void Rate_ItemsThatWaitForIt_KeepNoOtherAgentOut()
    {
        _agents.Limits = new() { CallsPerSecond = 1 };
        Start(5_000);
        Pass(1);

        for (var i = 0; i < 1_000; i++)
            Assert.True(Governor.AdmitAsync(Batch(), "another").AsTask().IsCompleted);
    }

    [Fact]
    public void LiveSessions_Reached_WaitUntilOneIsIdleForLong()
    {
        _agents.Limits = new() { LiveSessions = 5, SessionIdleTime = TimeSpan.FromMinutes(1) };
        Start(20);
        Pass(1);
        Assert.Equal(5, Begun);

        EndAll(null);
        Pass(30);
        Assert.Equal(5, Begun);
        Pass(35);
        Assert.Equal(10, Begun);
    }

    [Fact]
    public void LiveSessions_StoppedOrNeverBegun_DoNotCount()
    {
        _agents.Limits = new() { LiveSessions = 5, StopsSessions = true };
        Start(20);
        Pass(1);
        EndAll(null);
        Pass(1);
        Assert.Equal(10, Begun);

        EndAll(Away);
        Pass(1);

        Assert.Equal(15, Begun);
    }

    [Fact]
    public void Throttled_WithRetryAfter_PausesTheWholeAgent()
    {
        Start(10);
        Pass(1);
        Assert.Equal(10, Begun);
        EndAll(Throttled with { RetryAfter = TimeSpan.FromSeconds(3), RetryAfterForAll = true });
        Start(10);

        Pass(2.9);
        Assert.Equal(10, Begun);
        Assert.Contains("left alone", Assert.Single(Governor.AgentNotes()), StringComparison.Ordinal);
        Pass(1);

        Assert.InRange(Begun, 11, 20);
    }

    [Fact]
    public void Throttled_WithAWaitForTheItemOnly_PausesNobodyElse()
    {
        Start(10);
        Pass(1);
        EndAll(Throttled with { RetryAfter = TimeSpan.FromMinutes(3) });
        Start(10);

        Pass(5);

        Assert.InRange(Begun, 11, 20);
    }

    [Fact]
    public void Throttled_NothingConfigured_IsSlowedToWhatGotThrough()
    {
        Start(60);
        Pass(0.5);
        Assert.Equal(60, Begun);
        EndFirst(20, null);
        EndAll(Throttled);
        Start(100);

        Pass(2);

        Assert.InRange(Begun - 60, 20, 90);
        Assert.Contains("throttles", Assert.Single(Governor.AgentNotes()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_FiveTimesInARow_HoldsItsItemsAndTriesWithOne()
    {
        await BreakAsync(Refused);
        Start(50);

        Pass(4.9);
        Assert.Equal(0, Begun);
        Pass(0.2);
        Assert.Equal(1, Begun);

        EndAll(null);
        Pass(1);

        Assert.Equal(50, Begun);
        Assert.Empty(Governor.AgentNotes());
    }

    [Fact]
    public async Task Refused_ForLongerThanItemsWaitInMemory_TurnsThemAway()
    {
        await BreakAsync(Refused);
        await ProbeAsync(Refused);
        var waiting = Governor.AdmitAsync(Batch(), TestAgents.Name).AsTask();

        Governor.TurnAwayHeld();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var hold = Governor.HoldOf(TestAgents.Name, null);
        Assert.Equal((_time.GetUtcNow().AddSeconds(10), null), (hold?.Until, hold?.GivenUp));
        Assert.Null(Governor.HoldOf("another", null));
    }

    [Fact]
    public async Task Refused_WhileTheOneThatTriesHangs_DoesNotKeepTheOthersInMemory()
    {
        await BreakAsync(Refused);
        Start(1);
        Pass(5.1);
        Assert.Equal(1, Begun);
        Assert.Null(Governor.HoldOf(TestAgents.Name, null));

        Pass(6);

        Assert.NotNull(Governor.HoldOf(TestAgents.Name, null));
    }

    [Fact]
    public async Task Broken_ForTooLong_GivesItsItemsUpWithTheCauseUntilItWorks()
    {
        _agents.Limits = new() { GiveUpAfter = TimeSpan.FromMinutes(2) };
        await BreakAsync(Refused);
        await ProbeAsync(Refused);
        Assert.Null(Governor.HoldOf(TestAgents.Name, null)!.Value.GivenUp);

        Pass(115);
        await ProbeAsync(Refused);

        var given = Governor.HoldOf(TestAgents.Name, null)!.Value.GivenUp!;
        Assert.Equal(FailureKind.Denied, given.Kind);
        Assert.Contains("No.", given.Message, StringComparison.Ordinal);
        Pass(300);
        await ProbeAsync(null);
        Assert.Null(Governor.HoldOf(TestAgents.Name, null));
    }

    [Fact]
    public async Task Broken_InAProcessOfItsOwnThatNeverHadAnAnswer_IsGivenUpSoon()
    {
        await BreakAsync(Away);
        await ProbeAsync(Away);
        Pass(11);
        await ProbeAsync(Away);
        Pass(15);
        await ProbeAsync(Away);

        Assert.NotNull(Governor.HoldOf(TestAgents.Name, null)?.GivenUp);
    }

    [Fact]
    public async Task Broken_ItemThatOtherWorkersHeldForLong_IsGivenUp()
    {
        _agents.Limits = new() { GiveUpAfter = TimeSpan.FromHours(1) };
        await BreakAsync(Refused);
        await ProbeAsync(Refused);

        Assert.NotNull(Governor.HoldOf(TestAgents.Name, _time.GetUtcNow().AddHours(-1))!.Value.GivenUp);
        Assert.Null(Governor.HoldOf(TestAgents.Name, _time.GetUtcNow().AddMinutes(-59))!.Value.GivenUp);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public async Task TakesBack_RefusedThoughTheAgentAnswersOthers_AFewTimesOnly(int returns, bool expected)
    {
        var permit = await AcquireAsync();

        Assert.Equal(expected, permit.TakesBack(Refused, returns, null));
    }

    [Fact]
    public async Task TakesBack_Throttled_AsLongAsItHasNotWaitedForTooLong()
    {
        var permit = await AcquireAsync();
        var now = _time.GetUtcNow();
        _agents.Limits = new();
        permit.End(null);

        Assert.True(permit.TakesBack(Throttled, 500, now.AddMinutes(-59)));
        Assert.False(permit.TakesBack(Throttled, 500, now.AddMinutes(-61)));
        Assert.False(permit.TakesBack(Throttled, 900, null));
        Assert.False(permit.TakesBack(Away, 0, null));
    }

    [Fact]
    public async Task TakesBack_OutageWhileItIsOpen_IsNotTheItems()
    {
        await BreakAsync(Away);
        Pass(5.1);
        var permit = await AcquireAsync();

        Assert.True(permit.TakesBack(Away, 0, null));
        Assert.False(permit.TakesBack(new(FailureKind.AgentError, "A bug.", true), 0, null));
    }

    private int Begun => _begun.Count;

    private async Task BreakAsync(ItemFailure failure)
    {
        for (var i = 0; i < 50; i++)
        {
            var permit = await AcquireAsync();
            permit.End(failure);
            permit.Dispose();
            if (Governor.AgentNotes().Count > 0)
                return;
        }

        Assert.Fail("It did not open.");
    }

    /// <summary>The next call that tries, as soon as one may.</summary>
    private async Task ProbeAsync(ItemFailure? failure)
    {
        var permit = AcquireAsync();
        for (var i = 0; i < 4_000; i++)
        {
            if (permit.IsCompletedSuccessfully)
            {
                (await permit).End(failure);
                (await permit).Dispose();
                return;
            }

            Governor.TurnAwayHeld();
            if (permit.IsCanceled)
                permit = AcquireAsync();
            Pass(0.1);
        }

        Assert.Fail("It was not tried.");
    }

    private Task<Permit> AcquireAsync() => _items.Begin(async () =>
    {
        using var admission = await Governor.AdmitAsync(Batch(), TestAgents.Name);
        return await Governor.AcquireAsync(admission);
    });

    /// <summary>Items that want to begin, and are not ended until the test does.</summary>
    private void Start(int items)
    {
        var batch = Batch();
        for (var i = 0; i < items; i++)
            _ = _items.Begin(() => BeginAsync(batch));
    }

    private async Task BeginAsync(BatchView batch)
    {
        var admission = await Governor.AdmitAsync(batch, TestAgents.Name);
        _begun.Add((admission, await Governor.AcquireAsync(admission)));
    }

    private void EndAll(ItemFailure? failure) => EndFirst(int.MaxValue, failure);

    private void EndFirst(int count, ItemFailure? failure)
    {
        for (var (i, begun) = (0, Begun); i < count && _ended < begun; i++)
        {
            var (admission, permit) = _begun[_ended++];
            permit.End(failure);
            permit.Dispose();
            admission.Dispose();
        }
    }

    private void Pass(double seconds)
    {
        var step = seconds > 60 ? 1_000 : 25;
        for (var left = seconds * 1_000; left > 0; left -= step)
        {
            // Whoever could go on before the step did so at its time.
            _items.GoOn();
            _time.Advance(TimeSpan.FromMilliseconds(Math.Min(step, left)));
        }

        _items.GoOn();
    }

    private static BatchView Batch() => new(new()
    {
        CorrelationId = Guid.CreateVersion7(),
        CurrentState = BatchStatus.Processing,
        Spec = new() { Limits = new() { Concurrency = 10_000 } },
    });
}
