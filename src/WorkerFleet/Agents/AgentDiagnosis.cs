using WorkerFleet.Items;

namespace WorkerFleet.Agents;

/// <summary>Why an agent cannot take calls.</summary>
public enum AgentFault
{
    /// <summary>None of the others: it answers with an error, or reports one of its own.</summary>
    Failing,

    /// <summary>Nothing answers at the address.</summary>
    Unreachable,

    /// <summary>It was reached, and did not answer in time.</summary>
    Slow,

    /// <summary>It says of itself that it is not healthy.</summary>
    Unhealthy,

    /// <summary>What answers knows none of the addresses of an agent.</summary>
    NotFound,

    /// <summary>What answers is no agent: it does not speak the contract.</summary>
    NoAgent,

    /// <summary>The credentials are not accepted, or may not call this agent.</summary>
    Denied,

    /// <summary>There are no credentials to call it with.</summary>
    NoCredentials,

    /// <summary>It asks to be called less, or a quota is used up.</summary>
    Throttled,

    /// <summary>The platform could not start it, or it did not pass the platform's health check in time.</summary>
    NotStarted,
}

/// <summary>How an agent was found when it was asked how it is, or called for a test.</summary>
/// <param name="Fault">What is wrong; null for nothing.</param>
/// <param name="Problem">The same for a person, in one line.</param>
public sealed record AgentDiagnosis(AgentFault? Fault, string? Problem)
{
    public static readonly AgentDiagnosis Well = new(null, null);

    /// <summary>How far its clock is ahead of this one's, at least; null where it did not tell.</summary>
    public TimeSpan? ClockAhead { get; init; }

    /// <summary>When its status changed last, as it says on /ping; null where it does not say so.</summary>
    public DateTimeOffset? StatusSince { get; init; }

    public static AgentDiagnosis Of(ItemFailure? failure) =>
        failure is null ? Well : new(FaultOf(failure), failure.Message);

    private static AgentFault FaultOf(ItemFailure failure) => failure switch
    {
        // The platform's word for its health check and its patience, and not for an answer of the agent.
        { StatusCode: 424, AgentWide: true } => AgentFault.NotStarted,
        { StatusCode: 404 } => AgentFault.NotFound,
        { Kind: FailureKind.Denied, StatusCode: null } => AgentFault.NoCredentials,
        { Kind: FailureKind.Denied } => AgentFault.Denied,
        { Kind: FailureKind.Throttled } => AgentFault.Throttled,
        { Kind: FailureKind.Timeout } => AgentFault.Slow,
        { Kind: FailureKind.Connection } => AgentFault.Unreachable,
        { Kind: FailureKind.BadAnswer } => AgentFault.NoAgent,
        _ => AgentFault.Failing,
    };
}
