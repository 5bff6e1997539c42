using System.Text.Json;
using Microsoft.Extensions.Logging;
using WorkerFleet.AgentCore.Authorization;
using WorkerFleet.Agents;
using WorkerFleet.Items;

namespace WorkerFleet.AgentCore.DataPlane;

/// <summary>
/// Invokes an agent in an AgentCore runtime, and stops its session afterwards. What failures mean is written down in
/// docs/agents.md.
/// </summary>
public sealed partial class AgentCoreAgent : IAgent, IDisposable
{
    /// <summary>AWS's name of the service in signatures.</summary>
    private const string Service = "bedrock-agentcore";

    /// <summary>Attempts that make sense of a row whose agent did not answer in time: it may have done its work.</summary>
    private const int AttemptsOfSlowRow = 2;

    /// <summary>How long an attempt waits at most for its session to be stopped.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly string _name;
    private readonly AgentOptions _options;
    private readonly string _label;
    private readonly DataPlaneClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger<AgentCoreAgent> _logger;
    private int _failedStops;

    /// <param name="name">Name of the agent, for messages.</param>
    /// <param name="options">Options that <see cref="AgentCoreAgentType"/> has found to be good.</param>
    /// <param name="defaults">For what they leave out.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For sessions that could not be stopped.</param>
    public AgentCoreAgent(
        string name, AgentOptions options, AgentCoreDefaults defaults, TimeProvider time, ILogger<AgentCoreAgent> logger)
    {
        (_name, _options, _time, _logger) = (name, options, time, logger);
        var target = RuntimeTarget.Of(options, defaults);
        _label = $"agent '{name}' (runtime {target.Id} in {target.Region})";
        _client = new DataPlaneClient(
            _label, options, target,
            Authorizers.Create(options.Auth, new SigV4Signer(target.Region, Service), time), time);
    }

    public int? TimeoutAttemptLimit => AttemptsOfSlowRow;

    public TimeSpan CleanUpLimit => _options.StopSession ? StopLimit : TimeSpan.Zero;

    public async Task<AgentReply> InvokeAsync(AgentCall call, CancellationToken cancellationToken)
    {
        if (RuntimeSession.ProblemOf(call.SessionId) is { } problem)
            return AgentReply.Fail(new(FailureKind.InvalidInput, OneLine.Of($"{_label}: {problem}"), Retryable: false));
        using var activity = AgentActivity.Start(_name, call);
        var reply = await InvokeAndStopAsync(call, cancellationToken);
        activity.End(reply);
        return reply;
    }

    public async Task<string?> ProbeAsync(CancellationToken cancellationToken) =>
        (await DiagnoseAsync(cancellationToken)).Problem;

    public async Task<AgentDiagnosis> DiagnoseAsync(CancellationToken cancellationToken)
    {
        if (!_options.Probe)
            return AgentDiagnosis.Well;
        if (_options.ProbeInput is not { } input)
            return await _client.FindCredentialsAsync(cancellationToken) is { } problem
                ? new(AgentFault.NoCredentials, problem)
                : AgentDiagnosis.Well;
        using var document = JsonDocument.Parse(input);
        var reply = await InvokeAndStopAsync(
            new($"probe-{Guid.CreateVersion7(_time.GetUtcNow()):N}", Guid.Empty, Index: 0, Attempt: 1, document.RootElement),
            cancellationToken);
        return AgentDiagnosis.Of(reply.Failure);
    }

    public void Dispose() => _client.Dispose();

    private async Task<AgentReply> InvokeAndStopAsync(AgentCall call, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await _client.InvokeAsync(call, cancellationToken);
            if (HasSession(reply.Failure) && !IsWorkedOn(reply))
                await StopAsync(call.SessionId);
            return reply;
        }
        catch (OperationCanceledException)
        {
            // The agent works on although nobody waits for it any more, beside the next attempt maybe.
            await StopAsync(call.SessionId);
            throw;
        }
    }

    /// <summary>Whether there may be a session of this attempt: not where AWS turned the call away.</summary>
    private static bool HasSession(ItemFailure? failure) => failure is null or { MayHaveRun: true } or { StatusCode: 424 };

    /// <summary>Whether the agent goes on in the session: its answer only accepted the item.</summary>
    private bool IsWorkedOn(AgentReply reply) => _options.Async && reply.Failure is null;

    private async Task StopAsync(string session)
    {
        if (!_options.StopSession)
            return;
        // With a limit of its own: it is to be stopped even if the attempt was cancelled.
        using var limit = new CancellationTokenSource(StopLimit, _time);
        string? problem;
        try
        {
            problem = await _client.StopAsync(session, limit.Token);
        }
        catch (OperationCanceledException)
        {
            problem = $"no answer within {StopLimit.TotalSeconds:0} s";
        }
        if (problem is null)
            return;
        // Once aloud: the rows that follow will most likely say the same.
        if (Interlocked.Increment(ref _failedStops) == 1)
            LogNotStopped(_name, session, problem);
        else
            LogNotStoppedAgain(_name, session, problem);
    }

    [LoggerMessage(3201, LogLevel.Warning,
        "Session {SessionId} of agent {Agent} could not be stopped, so that it is paid for until it was idle for long enough: " +
        "{Problem}. More of these are logged at the level Debug")]
    private partial void LogNotStopped(string agent, string sessionId, string problem);

    [LoggerMessage(3202, LogLevel.Debug, "Session {SessionId} of agent {Agent} could not be stopped: {Problem}")]
    private partial void LogNotStoppedAgain(string agent, string sessionId, string problem);
}
