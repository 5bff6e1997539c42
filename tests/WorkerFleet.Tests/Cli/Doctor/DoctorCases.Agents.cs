using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Cli.Doctor;
using WorkerFleet.Cli.Doctor.Checks;
using WorkerFleet.Items;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <content>Agents, and clocks.</content>
internal static partial class DoctorCases
{
    private static IEnumerable<DoctorCase> Agents()
    {
        yield return new(DoctorCodes.AgentsInvalid, () => InFolderAsync(cli =>
            cli.Write("appsettings.json", """{"Fleet":{"Agents":{"mine":{"Type":"nonsense"}}}}""")));
        yield return Agent(DoctorCodes.AgentsUnreachable, AgentFault.Unreachable);
        yield return Agent(DoctorCodes.AgentsSlow, AgentFault.Slow);
        yield return Agent(DoctorCodes.AgentsUnhealthy, AgentFault.Unhealthy);
        yield return Agent(DoctorCodes.AgentsNotFound, AgentFault.NotFound);
        yield return Agent(DoctorCodes.AgentsNoAgent, AgentFault.NoAgent);
        yield return Agent(DoctorCodes.AgentsDenied, AgentFault.Denied);
        yield return Agent(DoctorCodes.AgentsCredentials, AgentFault.NoCredentials);
        yield return Agent(DoctorCodes.AgentsFailing, AgentFault.Failing);
        yield return DoctorCase.Of(DoctorCodes.AgentsForgotten, new AgentsCheck(
            FakeAgentWith(AgentFault.Unreachable).Facts, isConfigured: _ => false, input: null, FixedTime.Instance));

        // By what a test call says.
        yield return Call(DoctorCodes.AgentsDenied, new(FailureKind.Denied, "403", Retryable: false, StatusCode: 403));
        yield return Call(DoctorCodes.AgentsThrottled, new(FailureKind.Throttled, "429", Retryable: true, StatusCode: 429));
        yield return Call(DoctorCodes.AgentsNotStarted, new(
            FailureKind.Unavailable, "Runtime health check failed or timed out", Retryable: true, StatusCode: 424, AgentWide: true));
        yield return Call(DoctorCodes.AgentsFailing, new(FailureKind.Unavailable, "500", Retryable: true, StatusCode: 500));
        yield return Call(DoctorCodes.AgentsNotFound, new(FailureKind.InvalidInput, "404", Retryable: false, StatusCode: 404));
        yield return Call(DoctorCodes.AgentsNoAgent, new(FailureKind.BadAnswer, "<html>", Retryable: false));
        yield return Call(DoctorCodes.AgentsSlow, new(FailureKind.Timeout, "408", Retryable: true, StatusCode: 408));
        yield return Call(DoctorCodes.AgentsUnreachable, new(FailureKind.Connection, "refused", Retryable: true));
        yield return Call(DoctorCodes.AgentsCredentials, new(FailureKind.Denied, "no credentials", Retryable: true, AgentWide: true));
        var pings = 0;
        yield return DoctorCase.Of(DoctorCodes.AgentsPingAdvances, new AgentsCheck(
            new FakeAgent
            {
                Diagnosis = () => AgentDiagnosis.Well with { StatusSince = FixedTime.Now.AddSeconds(pings++) },
            }.Facts,
            isConfigured: _ => true, input: null, FixedTime.Instance));
    }

    private static IEnumerable<DoctorCase> Clocks()
    {
        yield return Clock(DoctorCodes.ClockSkewed, ClockCheck.Skewed + TimeSpan.FromSeconds(1));
        yield return Clock(DoctorCodes.ClockSkewed, -ClockCheck.Skewed - TimeSpan.FromSeconds(1));
        yield return Clock(DoctorCodes.ClockWrong, ClockCheck.Wrong + TimeSpan.FromSeconds(1));
        // An agent tells the time, too; and so do heartbeats, as far as they are ahead.
        yield return DoctorCase.Of(DoctorCodes.ClockWrong, new ClockCheck(
            new FakeFacts(),
            new FakeAgent { Diagnosis = () => AgentDiagnosis.Well with { ClockAhead = TimeSpan.FromMinutes(-10) } }.Facts,
            [], FixedTime.Instance));
        yield return DoctorCase.Of(DoctorCodes.ClockSkewed, new ClockCheck(
            FactsOf(Worker() with { SeenAt = FixedTime.Now + TimeSpan.FromSeconds(30) }), new FakeAgent().Facts,
            [], FixedTime.Instance));
    }

    private static DoctorCase Clock(DoctorCode code, TimeSpan ahead) => DoctorCase.Of(code, new ClockCheck(
        new FakeFacts(), new FakeAgent().Facts,
        [new("S3", _ => Task.FromResult<TimeSpan?>(ahead))], FixedTime.Instance));

    private static FakeAgent FakeAgentWith(AgentFault fault) => new() { Diagnosis = () => new(fault, "on purpose") };

    private static DoctorCase Agent(DoctorCode code, AgentFault fault) => DoctorCase.Of(code, new AgentsCheck(
        FakeAgentWith(fault).Facts, isConfigured: _ => true, input: null, FixedTime.Instance));

    private static DoctorCase Call(DoctorCode code, ItemFailure failure) => new(code, async () =>
    {
        var agent = new FakeAgent { Reply = AgentReply.Fail(failure) };
        var found = await DoctorCase.RunAsync(new AgentsCheck(
            agent.Facts, isConfigured: _ => true, JsonElement.Parse("{}"), FixedTime.Instance));
        Assert.InRange(Assert.Single(agent.Calls).SessionId.Length, 33, 100);
        return found;
    });
}
