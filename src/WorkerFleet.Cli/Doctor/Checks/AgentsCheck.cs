using System.Diagnostics;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Asks each agent how it is and, where that is wanted, invokes it once.</summary>
/// <param name="agents">The agents.</param>
/// <param name="isConfigured">Whether the user's own configuration has the agent; else an earlier run named its address.</param>
/// <param name="input">What to invoke each with; null for not at all.</param>
/// <param name="time">The clock.</param>
internal sealed class AgentsCheck(AgentFacts agents, Func<string, bool> isConfigured, JsonElement? input, TimeProvider time)
    : IDoctorCheck
{
    /// <summary>For a test call: a cold start takes seconds, and a small answer of a large model not many more.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(2);

    /// <summary>Longer than the second that the time on /ping is told in.</summary>
    private static readonly TimeSpan BetweenPings = TimeSpan.FromSeconds(1.1);

    /// <summary>A status is not that new, as a rule.</summary>
    private static readonly TimeSpan New = TimeSpan.FromSeconds(3);

    /// <summary>Times that the time on /ping has to advance with.</summary>
    private const int Pings = 3;

    public string Id => "agents";

    public string Name => "agent";

    public TimeSpan Limit => AgentFacts.LongestProbe * (Pings + 1) + (input is null ? TimeSpan.Zero : LongestCall);

    public async Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        foreach (var problem in agents.Problems)
            findings.Add(DoctorCodes.AgentsInvalid, problem);
        // All at once: one that is slow does not use up the others' time.
        var names = agents.Catalog?.Names.ToList() ?? [];
        var examined = await Task.WhenAll(names.Select(name => ExamineAsync(name, cancellationToken)));
        foreach (var (name, found) in names.Zip(examined))
            Report(name, found, findings);
    }

    private async Task<Exam> ExamineAsync(string name, CancellationToken cancellationToken)
    {
        var diagnosis = await agents.DiagnoseAsync(name, cancellationToken);
        if (diagnosis.Fault is not null)
            return new(diagnosis);
        var advances = await AdvancesAsync(name, diagnosis, cancellationToken);
        if (input is not { } element)
            return new(diagnosis, advances);
        var began = Stopwatch.GetTimestamp();
        return new(await InvokeAsync(name, element, cancellationToken), advances, Stopwatch.GetElapsedTime(began));
    }

    private async Task<bool> AdvancesAsync(string name, AgentDiagnosis first, CancellationToken cancellationToken)
    {
        var last = first;
        for (var ping = 1; ping < Pings; ping++)
        {
            if (last.StatusSince is not { } since || (time.GetUtcNow() - since).Duration() > New)
                return false;
            await Task.Delay(BetweenPings, time, cancellationToken);
            var next = await agents.DiagnoseAgainAsync(name, cancellationToken);
            if (!(next.StatusSince > since))
                return false;
            last = next;
        }

        return true;
    }

    private async Task<AgentDiagnosis> InvokeAsync(string name, JsonElement element, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongestCall, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var reply = await agents.Catalog!.Find(name)!.InvokeAsync(
                new($"doctor-{Guid.CreateVersion7(time.GetUtcNow()):N}", Guid.Empty, Index: 0, Attempt: 1, element),
                either.Token);
            return AgentDiagnosis.Of(reply.Failure);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new(AgentFault.Slow, $"did not answer the test call within {Durations.Format(LongestCall)}");
        }
    }

    private void Report(string name, Exam exam, Findings findings)
    {
        if (exam.Diagnosis is { Fault: { } fault, Problem: { } problem })
        {
            if (isConfigured(name))
                findings.Add(CodeOf(fault), $"{name}: {problem}");
            else
                findings.Add(DoctorCodes.AgentsForgotten, $"{name}, which --agent-url named for an earlier run: {problem}");
            return;
        }

        if (exam.Advances)
            findings.Add(DoctorCodes.AgentsPingAdvances, $"{name}: time_of_last_update on /ping is a new one each second");
        findings.Pass(exam.Took is { } took ? $"{name} answered a test call in {Durations.Format(took)}" : $"{name} is ready");
    }

    private static DoctorCode CodeOf(AgentFault fault) => fault switch
    {
        AgentFault.Unreachable => DoctorCodes.AgentsUnreachable,
        AgentFault.Slow => DoctorCodes.AgentsSlow,
        AgentFault.Unhealthy => DoctorCodes.AgentsUnhealthy,
        AgentFault.NotFound => DoctorCodes.AgentsNotFound,
        AgentFault.NoAgent => DoctorCodes.AgentsNoAgent,
        AgentFault.Denied => DoctorCodes.AgentsDenied,
        AgentFault.NoCredentials => DoctorCodes.AgentsCredentials,
        AgentFault.Throttled => DoctorCodes.AgentsThrottled,
        AgentFault.NotStarted => DoctorCodes.AgentsNotStarted,
        _ => DoctorCodes.AgentsFailing,
    };

    private sealed record Exam(AgentDiagnosis Diagnosis, bool Advances = false, TimeSpan? Took = null);
}
