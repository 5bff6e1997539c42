using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class ScaleInGuardTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private static readonly ScaleInOptions Options = new()
    {
        ProtectFor = TimeSpan.FromMinutes(30), ReleaseAfter = TimeSpan.FromSeconds(20),
    };

    private readonly ManualTime _time = new();
    private readonly StubLifetime _lifetime = new();
    private readonly InFlightItems _items = new();
    private readonly TestAgents _agents = new();
    private readonly Platform _platform;
    private readonly RecordedLog _log = new();
    private readonly LoggerFactory _loggers;
    private readonly InvocationGovernor _governor;
    private readonly ScaleInGuard _guard;

    public ScaleInGuardTests()
    {
        _platform = new(_time);
        _loggers = new([_log]);
        _governor = new(
            _agents, new WorkerOptions { Concurrency = 25, Embedded = true }, _lifetime, _time,
            NullLogger<InvocationGovernor>.Instance);
        _guard = new(_platform, _governor, _items, Options, _time, _loggers.CreateLogger<ScaleInGuard>());
    }

    public Task InitializeAsync() => _guard.StartAsync(CancellationToken.None);

    public Task DisposeAsync() => _guard.StopAsync(CancellationToken.None);

    public void Dispose()
    {
        _guard.Dispose();
        _governor.Dispose();
        _lifetime.Dispose();
        _loggers.Dispose();
    }

    [Fact]
    public async Task Rows_ManyOneAfterAnother_AreOneProtectionFromTheFirstUntilTheLastIsLongDone()
    {
        for (var row = 0; row < 50; row++)
        {
            using (await AdmitAsync())
                await AdvanceAsync(TimeSpan.FromSeconds(1));
            // Less than what it takes to give it back.
            await AdvanceAsync(TimeSpan.FromSeconds(2));
            Assert.True(_guard.IsHeld);
        }

        Assert.Equal(new Call(true, Options.ProtectFor, null), Assert.Single(_platform.Calls));

        await AdvanceAsync(Options.ReleaseAfter);

        Assert.Equal([true, false], _platform.Calls.Select(call => call.IsProtected));
        Assert.False(_guard.IsHeld);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Rows_ThatEndBetweenTwoLooks_AreSeenAsWell()
    {
        _items.CountSettled();

        await AdvanceUntilAsync(() => _guard.IsHeld);
    }

    [Fact]
    public async Task Row_LongerThanTheProtection_IsProtectedAllTheTime()
    {
        using var row = await AdmitAsync();
        await AdvanceUntilAsync(() => _guard.IsHeld);

        for (var minute = 0; minute < 300; minute++)
        {
            await AdvanceAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(15));
            Assert.True(_platform.IsProtected, $"not in minute {minute}");
        }

        // Every ten minutes, of thirty.
        Assert.InRange(_platform.Calls.Count, 29, 32);
        Assert.All(_platform.Calls, call => Assert.True(call.IsProtected));
    }

    [Fact]
    public async Task Renewals_ThatFail_AreTriedAgainBeforeItIsOver()
    {
        using var row = await AdmitAsync();
        await AdvanceUntilAsync(() => _guard.IsHeld);
        _platform.Problem = "it is busy";
        await AdvanceAsync(TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(5));
        Assert.True(_guard.IsHeld);

        _platform.Problem = null;
        await AdvanceUntilAsync(() => _platform.Calls[^1].Problem is null && _platform.Calls.Count > 2);

        Assert.True(_platform.IsProtected);
        Assert.Equal(
            ["is not protected", "works again"],
            _log.Problems.Select(line => line.Text.Contains("works again", StringComparison.Ordinal) ? "works again"
                : line.Text.Contains("it is busy", StringComparison.Ordinal) ? "is not protected" : line.Text));
    }

    [Fact]
    public async Task Platform_DownForAnHour_IsAskedEverMoreSeldomAndToldOfOnce()
    {
        _platform.Problem = "there is no such thing";
        using var row = await AdmitAsync();

        await AdvanceAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));

        // 1, 2, 4 … 60 s, each less by up to a half.
        Assert.InRange(_platform.Calls.Count, 60, 130);
        Assert.False(_guard.IsHeld);
        Assert.Contains("there is no such thing", Assert.Single(_log.Lines).Text, StringComparison.Ordinal);
        Assert.Equal(LogLevel.Warning, _log.Lines.Single().Level);
    }

    [Fact]
    public async Task Platform_Throws_IsAFailureLikeOthers()
    {
        _platform.Thrown = new InvalidOperationException("unheard of");
        using var row = await AdmitAsync();
        await AdvanceUntilAsync(() => _platform.Calls.Count > 1);

        _platform.Thrown = null;

        await AdvanceUntilAsync(() => _guard.IsHeld);
    }

    [Fact]
    public async Task Start_InATaskWhoseLastProcessDiedProtected_GivesItBackOnceItIsIdle()
    {
        _platform.ProtectedUntil = _time.GetUtcNow().AddHours(1);

        await AdvanceAsync(Options.ReleaseAfter - TimeSpan.FromSeconds(1));
        Assert.Empty(_platform.Calls);
        await AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.False(_platform.IsProtected);
        await AdvanceAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(30));
        Assert.Single(_platform.Calls);
    }

    [Fact]
    public async Task Release_ThatFails_IsTriedAgainUntilItEndsByItself()
    {
        using (await AdmitAsync())
            await AdvanceUntilAsync(() => _guard.IsHeld);
        _platform.Problem = "it is busy";

        await AdvanceAsync(Options.ProtectFor + Options.ReleaseAfter, TimeSpan.FromSeconds(5));
        var calls = _platform.Calls.Count;
        await AdvanceAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(5));

        Assert.InRange(calls, 20, 80);
        Assert.Equal(calls, _platform.Calls.Count);
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task Row_AfterAReleaseThatFailed_IsProtectedAnew()
    {
        using (await AdmitAsync())
            await AdvanceUntilAsync(() => _guard.IsHeld);
        _platform.Problem = "no answer";
        await AdvanceUntilAsync(() => _platform.Calls.Count > 1);
        Assert.False(_platform.Calls[^1].IsProtected);
        _platform.Problem = null;

        using var row = await AdmitAsync();

        await AdvanceUntilAsync(() => _platform.Calls[^1] is { IsProtected: true, Problem: null });
    }

    [Fact]
    public async Task Stop_WithARowInFlight_HoldsItUntilTheServiceItselfIsStopped()
    {
        using (await AdmitAsync())
        {
            await AdvanceUntilAsync(() => _guard.IsHeld);
            _lifetime.StopApplication();
            await AdvanceAsync(TimeSpan.FromSeconds(25));
            Assert.True(_platform.IsProtected);
        }

        // The bus has stopped by now, with all that was in flight.
        await _guard.StopAsync(new CancellationToken(canceled: true));

        Assert.False(_platform.IsProtected);
        Assert.Equal([true, false], _platform.Calls.Select(call => call.IsProtected));
    }

    [Fact]
    public async Task Stop_PlatformHangs_EndsSoon()
    {
        using (await AdmitAsync())
            await AdvanceUntilAsync(() => _guard.IsHeld);
        _platform.Hangs = true;

        var stopping = _guard.StopAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => _platform.Calls.Count == 2);
        Assert.False(stopping.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(3));

        await stopping;
        _platform.Hangs = false;
    }

    private async Task<Admission> AdmitAsync() =>
        await _governor.AdmitAsync(new BatchView(new() { CorrelationId = Guid.CreateVersion7() }), TestAgents.Name);

    /// <summary>Moves the clock on, as far as the guard looks at each step.</summary>
    private async Task AdvanceAsync(TimeSpan by, TimeSpan? step = null)
    {
        for (var passed = TimeSpan.Zero; passed < by; passed += step ?? Tick)
        {
            await Eventually.IsTrueAsync(() => _time.Waits(Tick));
            _time.Advance(step ?? Tick);
        }

        await Eventually.IsTrueAsync(() => _time.Waits(Tick));
    }

    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.IsTrueAsync(() =>
    {
        _time.Advance(Tick);
        return condition();
    });

    private sealed record Call(bool IsProtected, TimeSpan Time, string? Problem);

    /// <summary>ECS, as far as it concerns a task.</summary>
    private sealed class Platform(ManualTime time) : IScaleInProtection
    {
        private readonly List<Call> _calls = [];

        public IReadOnlyList<Call> Calls
        {
            get
            {
                lock (_calls)
                    return [.. _calls];
            }
        }

        public string? Problem { get; set; }

        public Exception? Thrown { get; set; }

        public bool Hangs { get; set; }

        public DateTimeOffset ProtectedUntil { get; set; }

        public bool IsProtected => time.GetUtcNow() < ProtectedUntil;

        public async Task<string?> SetAsync(bool isProtected, TimeSpan duration, CancellationToken cancellationToken)
        {
            lock (_calls)
                _calls.Add(new(isProtected, duration, Problem));
            if (Hangs)
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            if (Thrown is { } thrown)
                throw thrown;
            if (Problem is null)
                ProtectedUntil = isProtected ? time.GetUtcNow() + duration : default;
            return Problem;
        }
    }
}
