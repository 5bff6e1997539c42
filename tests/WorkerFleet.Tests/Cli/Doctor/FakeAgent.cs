using WorkerFleet.Agents;
using WorkerFleet.Cli.Doctor.Facts;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <summary>The one agent <c>verifier</c>, which is as a test says.</summary>
internal sealed class FakeAgent : IAgent, IAgentCatalog
{
    public const string Name = "verifier";

    public Func<AgentDiagnosis> Diagnosis { get; init; } = () => AgentDiagnosis.Well;

    public AgentReply Reply { get; init; } = AgentReply.Succeed("{}"u8.ToArray());

    public AgentLimits Limits { get; init; } = new();

    public List<AgentCall> Calls { get; } = [];

    public IReadOnlyCollection<string> Names => [Name];

    public AgentFacts Facts => new(this, [], TimeProvider.System);

    public IAgent? Find(string name) => this;

    public AgentLimits? LimitsOf(string name) => Limits;

    public Task<AgentReply> InvokeAsync(AgentCall call, CancellationToken cancellationToken)
    {
        Calls.Add(call);
        return Task.FromResult(Reply);
    }

    public Task<string?> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult(Diagnosis().Problem);

    public Task<AgentDiagnosis> DiagnoseAsync(CancellationToken cancellationToken) => Task.FromResult(Diagnosis());
}
