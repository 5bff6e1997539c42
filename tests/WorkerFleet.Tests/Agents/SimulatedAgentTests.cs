using System.Text;
using WorkerFleet.Agents;
using WorkerFleet.Items;

namespace WorkerFleet.Tests.Agents;

public sealed class SimulatedAgentTests
{
    private static readonly SimulatedAgentOptions Mixed = new()
    {
        Latency = TimeSpan.Zero,
        ThrottledRate = 0.2,
        UnavailableRate = 0.1,
        AgentErrorRate = 0.05,
        InvalidInputRate = 0.1,
    };

    [Fact]
    public async Task Invoke_SameRowsInAnotherOrder_HaveTheSameOutcomes()
    {
        var forward = await OutcomesAsync(Mixed, Enumerable.Range(0, 500));
        var backward = await OutcomesAsync(Mixed, Enumerable.Range(0, 500).Reverse());

        Assert.Equal(forward, backward.Reverse());
    }

    [Fact]
    public async Task Invoke_WithUsage_TellsOfCallsThatHaveRunTheSameEachTime()
    {
        var options = new SimulatedAgentOptions
        {
            Latency = TimeSpan.Zero, ThrottledRate = 0.3, AgentErrorRate = 0.3, InputTokens = 1_000, OutputTokens = 10,
            CostUsd = 0.25m,
        };
        var replies = await RepliesAsync();

        Assert.All(replies, reply => Assert.Equal(reply.Failure is { MayHaveRun: false }, reply.Usage is null));
        var told = replies.Select(reply => reply.Usage).OfType<AgentUsage>().ToList();
        Assert.Contains(replies, reply => reply is { Failure: not null, Usage: not null });
        Assert.All(told, usage => Assert.True(
            usage is { InputTokens: >= 500 and <= 1_500, OutputTokens: >= 5 and <= 15, CostUsd: 0.25m }));
        Assert.Equal(1_000, told.Average(usage => usage.InputTokens), 100.0);
        Assert.Equal(replies.Select(reply => reply.Usage), (await RepliesAsync()).Select(reply => reply.Usage));

        Task<AgentReply[]> RepliesAsync() => Task.WhenAll(Enumerable.Range(0, 200).Select(index =>
            new SimulatedAgent("agent", options, TimeProvider.System).InvokeAsync(
                new("s", Guid.Empty, index, 1, default), CancellationToken.None)));
    }

    [Fact]
    public async Task Invoke_AnotherSeed_HasOtherOutcomes()
    {
        var one = await OutcomesAsync(Mixed, Enumerable.Range(0, 100));
        var other = await OutcomesAsync(
            new SimulatedAgentOptions
            {
                Seed = 2,
                Latency = TimeSpan.Zero,
                ThrottledRate = 0.2,
                UnavailableRate = 0.1,
                AgentErrorRate = 0.05,
                InvalidInputRate = 0.1,
            },
            Enumerable.Range(0, 100));

        Assert.NotEqual(one, other);
    }

    [Fact]
    public async Task Invoke_ManyRows_FailAtTheConfiguredRates()
    {
        const int rows = 20_000;
        var outcomes = (await OutcomesAsync(Mixed, Enumerable.Range(0, rows))).CountBy(outcome => outcome.Kind.ToString() ?? "")
            .ToDictionary(entry => entry.Key, entry => entry.Value / (double)rows);

        Assert.Equal(0.1, outcomes[nameof(FailureKind.InvalidInput)], 0.01);
        Assert.Equal(0.9 * 0.2, outcomes[nameof(FailureKind.Throttled)], 0.01);
        Assert.Equal(0.9 * 0.1, outcomes[nameof(FailureKind.Unavailable)], 0.01);
        Assert.Equal(0.9 * 0.05, outcomes[nameof(FailureKind.AgentError)], 0.01);
        Assert.Equal(0.9 * 0.65, outcomes[""], 0.01);
    }

    [Fact]
    public async Task Invoke_InvalidRow_FailsInEveryAttempt()
    {
        var agent = Agent(Mixed);
        for (var row = 0; row < 200; row++)
        {
            var first = await agent.InvokeAsync(Call(row, 1), CancellationToken.None);
            var second = await agent.InvokeAsync(Call(row, 2), CancellationToken.None);

            Assert.Equal(
                first.Failure?.Kind == FailureKind.InvalidInput, second.Failure?.Kind == FailureKind.InvalidInput);
        }
    }

    [Fact]
    public async Task Invoke_TriedAgain_SucceedsInTheEndWithTheSameAnswer()
    {
        var options = new SimulatedAgentOptions { Latency = TimeSpan.Zero, UnavailableRate = 0.5 };
        var agent = Agent(options);
        var answers = new List<string>();
        for (var attempt = 1; attempt <= 30; attempt++)
        {
            var reply = await agent.InvokeAsync(Call(4, attempt), CancellationToken.None);
            if (reply.Failure is null)
                answers.Add(Encoding.UTF8.GetString(reply.Output.Span));
        }

        Assert.InRange(answers.Count, 5, 25);
        Assert.Matches("""^\{"answer":"[0-9a-f]{16}","row":4\}$""", Assert.Single(answers.Distinct()));
    }

    [Theory]
    [InlineData(nameof(FailureKind.Throttled), true, false, 429)]
    [InlineData(nameof(FailureKind.Unavailable), true, true, 503)]
    [InlineData(nameof(FailureKind.AgentError), true, true, 200)]
    [InlineData(nameof(FailureKind.InvalidInput), false, false, 400)]
    public async Task Invoke_Failing_SaysWhetherToTryAgain(string kind, bool retryable, bool mayHaveRun, int status)
    {
        var failures = new List<ItemFailure>();
        foreach (var row in Enumerable.Range(0, 300))
            if ((await Agent(Mixed).InvokeAsync(Call(row, 1), CancellationToken.None)).Failure is { } failure
                && failure.Kind.ToString() == kind)
                failures.Add(failure);

        Assert.NotEmpty(failures);
        Assert.All(failures, failure => Assert.Equal(
            (retryable, mayHaveRun, status), (failure.Retryable, failure.MayHaveRun, failure.StatusCode)));
        if (kind == nameof(FailureKind.Throttled))
            Assert.Equal([null, TimeSpan.FromSeconds(1)], failures.Select(failure => failure.RetryAfter).Distinct().Order());
    }

    [Fact]
    public async Task Invoke_WithSpread_WaitsLogNormallyAroundTheMedian()
    {
        var time = new ImpatientTime();
        var agent = Agent(
            new SimulatedAgentOptions { Latency = TimeSpan.FromMilliseconds(200), LatencySpread = 0.5 }, time);
        for (var row = 0; row < 4_000; row++)
            await agent.InvokeAsync(Call(row, 1), CancellationToken.None);

        var logarithms = time.Waits.Select(wait => Math.Log(wait.TotalMilliseconds / 200)).Order().ToArray();
        Assert.Equal(4_000, logarithms.Length);
        Assert.Equal(0, logarithms[2_000], 0.05);
        Assert.Equal(0.5, Math.Sqrt(logarithms.Average(value => value * value)), 0.03);
    }

    [Fact]
    public async Task Invoke_WithoutSpread_WaitsExactlyTheMedian()
    {
        var time = new ImpatientTime();
        await Agent(new SimulatedAgentOptions(), time).InvokeAsync(Call(0, 1), CancellationToken.None);

        Assert.Equal([TimeSpan.FromMilliseconds(100)], time.Waits);
    }

    [Fact]
    public async Task Invoke_Hanging_EndsWithTheToken()
    {
        using var cancellation = new CancellationTokenSource();
        var invocation = Agent(new SimulatedAgentOptions { HangRate = 1 }).InvokeAsync(Call(0, 1), cancellation.Token);

        Assert.False(invocation.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invocation);
    }

    private static async Task<(FailureKind? Kind, string Answer)[]> OutcomesAsync(
        SimulatedAgentOptions options, IEnumerable<int> rows)
    {
        var agent = Agent(options);
        var outcomes = new List<(FailureKind?, string)>();
        foreach (var row in rows)
        {
            var reply = await agent.InvokeAsync(Call(row, 1), CancellationToken.None);
            outcomes.Add((reply.Failure?.Kind, Encoding.UTF8.GetString(reply.Output.Span)));
        }
        return [.. outcomes];
    }

    private static SimulatedAgent Agent(SimulatedAgentOptions options, TimeProvider? time = null) =>
        new("simulated", options, time ?? TimeProvider.System);

    private static AgentCall Call(long row, int attempt) => new("s", Guid.Empty, row, attempt, default);

    /// <summary>Notes how long somebody wants to wait, and lets the time be over at once.</summary>
    private sealed class ImpatientTime : TimeProvider
    {
        public List<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
