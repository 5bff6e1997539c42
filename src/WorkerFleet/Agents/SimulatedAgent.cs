using System.Globalization;
using System.Text;
using WorkerFleet.Items;

namespace WorkerFleet.Agents;

/// <summary>
/// Behaves like an agent far away: takes time and fails in every way there is. Nothing is remembered and no random
/// generator is shared: each draw is a hash of seed, row and attempt, so that neither the order of the calls nor a
/// crash changes what a row meets.
/// </summary>
public sealed class SimulatedAgent(string name, SimulatedAgentOptions options, TimeProvider time) : IAgent
{
    private enum Draw : ulong
    {
        InvalidInput = 1,
        Outcome,
        RetryAfter,
        LatencyRadius,
        LatencyAngle,
        Answer,
        InputTokens,
        OutputTokens,
    }

    public async Task<AgentReply> InvokeAsync(AgentCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var outcome = Share(Draw.Outcome, call.Index, TryOf(call));
        var invalid = Share(Draw.InvalidInput, call.Index, attempt: 0) < options.InvalidInputRate;
        // A platform that throttles does so at once; whatever gets through to the agent takes its time.
        if (!invalid && Take(ref outcome, options.ThrottledRate))
            return Throttled(call);
        if (!invalid && Take(ref outcome, options.HangRate))
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        var latency = LatencyOf(call);
        if (latency > TimeSpan.Zero)
            await Task.Delay(latency, time, cancellationToken);
        if (invalid)
            return Fail(FailureKind.InvalidInput, "the input is refused", retryable: false, statusCode: 400);
        if (Take(ref outcome, options.UnavailableRate))
            return Fail(FailureKind.Unavailable, "the platform failed", true, statusCode: 503, mayHaveRun: true)
                with { Usage = UsageOf(call) };
        if (Take(ref outcome, options.AgentErrorRate))
            return Fail(FailureKind.AgentError, "the agent failed", true, statusCode: 200, mayHaveRun: true)
                with { Usage = UsageOf(call) };
        return AgentReply.Succeed(Answer(call.Index)) with { Usage = UsageOf(call) };
    }

    public Task<string?> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>How long the call takes when it is neither throttled nor hangs.</summary>
    internal TimeSpan LatencyOf(AgentCall call)
    {
        if (options.LatencySpread == 0)
            return options.Latency;
        // Box-Muller: two uniform draws make a normal one. 1 − x keeps the logarithm away from 0.
        var radius = Math.Sqrt(-2 * Math.Log(1 - Share(Draw.LatencyRadius, call.Index, call.Attempt)));
        var normal = radius * Math.Cos(2 * Math.PI * Share(Draw.LatencyAngle, call.Index, call.Attempt));
        var milliseconds = options.Latency.TotalMilliseconds * Math.Exp(options.LatencySpread * normal);
        return TimeSpan.FromMilliseconds(Math.Min(milliseconds, SimulatedAgentOptions.MaxLatency.TotalMilliseconds));
    }

    private AgentUsage? UsageOf(AgentCall call)
    {
        var usage = new AgentUsage(
            Tokens(Draw.InputTokens, options.InputTokens, call), Tokens(Draw.OutputTokens, options.OutputTokens, call),
            options.CostUsd == 0 ? null : options.CostUsd);
        return usage.IsNone ? null : usage;
    }

    private long Tokens(Draw draw, int middle, AgentCall call) =>
        middle == 0 ? 0 : (long)Math.Round(middle * (0.5 + Share(draw, call.Index, call.Attempt)));

    /// <summary>The attempt, and which call of it: one that is throttled is repeated as the same attempt.</summary>
    private static int TryOf(AgentCall call) => call.Attempt + (call.Returns << 16);

    /// <summary>Whether the draw falls into this share; what is left of it is for the next one.</summary>
    private static bool Take(ref double draw, double share)
    {
        draw -= share;
        return draw < 0;
    }

    private AgentReply Throttled(AgentCall call)
    {
        var asksForTime = Share(Draw.RetryAfter, call.Index, TryOf(call)) < 0.5;
        return Fail(
            FailureKind.Throttled, "too many requests", retryable: true, statusCode: 429,
            retryAfter: asksForTime ? TimeSpan.FromSeconds(1) : null);
    }

    private AgentReply Fail(
        FailureKind kind, string what, bool retryable, int statusCode,
        bool mayHaveRun = false, TimeSpan? retryAfter = null) =>
        AgentReply.Fail(new ItemFailure(
            kind, $"agent '{name}' (simulated): {what}", retryable, retryAfter, mayHaveRun, statusCode,
            RetryAfterForAll: retryAfter is not null));

    // Without the attempt: however often a row had to be tried, its answer is the same.
    private byte[] Answer(long index) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $$"""{"answer":"{{Hash(Draw.Answer, index, 0):x16}}","row":{{index}}}"""));

    /// <summary>Uniform in [0, 1).</summary>
    private double Share(Draw draw, long index, int attempt) =>
        (Hash(draw, index, attempt) >> 11) * (1.0 / (1UL << 53));

    private ulong Hash(Draw draw, long index, int attempt) =>
        Mix(Mix(Mix(Mix((ulong)options.Seed) + (ulong)draw) + (ulong)index) + (ulong)attempt);

    /// <summary>
    /// SplitMix64's step (Steele, Lea and Flood 2014): every bit of the input decides every bit of the result.
    /// </summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
