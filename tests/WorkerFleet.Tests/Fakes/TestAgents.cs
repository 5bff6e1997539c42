using System.Collections.Concurrent;
using WorkerFleet.Agents;
using WorkerFleet.Items;

namespace WorkerFleet.Tests.Fakes;

/// <summary>One agent, <c>agent</c>, that does what the test says, and remembers its calls.</summary>
internal sealed class TestAgents : IAgentCatalog, IAgent
{
    public const string Name = "agent";

    private readonly ConcurrentQueue<AgentCall> _calls = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;

    public Func<AgentCall, CancellationToken, Task<AgentReply>> OnInvoke { get; set; } =
        (_, _) => Task.FromResult(AgentReply.Succeed("\"ok\""u8.ToArray()));

    /// <summary>
    /// How many calls are answered before the others wait for <see cref="Release"/>: a batch with more rows is not over
    /// before that, however late comes what the test does to it.
    /// </summary>
    public int HoldAfter { get; set; } = int.MaxValue;

    public AgentLimits Limits { get; set; } = new();

    public TimeSpan CleanUpLimit { get; set; }

    /// <summary>Set for an agent that works in the background.</summary>
    public TimeSpan? CompleteWithin { get; set; }

    public AgentPrice? Price { get; set; }

    /// <summary>What a probe finds.</summary>
    public string? Problem { get; set; }

    public IReadOnlyCollection<string> Names => [Name];

    public IReadOnlyList<AgentCall> Calls => [.. _calls];

    public static AgentReply Fail(bool retryable, string message = "It broke.", TimeSpan? retryAfter = null) =>
        AgentReply.Fail(new(
            retryable ? FailureKind.Unavailable : FailureKind.InvalidInput, message, retryable, retryAfter));

    public void Answer(Func<AgentCall, AgentReply> answer) => OnInvoke = (call, _) => Task.FromResult(answer(call));

    public IAgent? Find(string name) => name == Name ? this : null;

    public AgentLimits? LimitsOf(string name) => name == Name ? Limits : null;

    public TimeSpan? CompleteWithinOf(string name) => name == Name ? CompleteWithin : null;

    public AgentPrice? PriceOf(string name) => name == Name ? Price : null;

    public string? TypeOf(string name) => name == Name ? "test" : null;

    public Task<AgentReply> InvokeAsync(AgentCall call, CancellationToken cancellationToken)
    {
        _calls.Enqueue(call);
        return Interlocked.Increment(ref _begun) > HoldAfter
            ? InvokeOnceReleasedAsync(call, cancellationToken)
            : OnInvoke(call, cancellationToken);
    }

    /// <summary>Answers what was held, and from now on every call at once.</summary>
    public void Release() => _released.TrySetResult();

    public Task<string?> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult(Problem);

    private async Task<AgentReply> InvokeOnceReleasedAsync(AgentCall call, CancellationToken cancellationToken)
    {
        await _released.Task.WaitAsync(cancellationToken);
        return await OnInvoke(call, cancellationToken);
    }
}
