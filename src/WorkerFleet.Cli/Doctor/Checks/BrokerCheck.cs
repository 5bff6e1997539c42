using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Messaging;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Whether the broker can be reached, and lets us in.</summary>
/// <param name="facts">Looks at it.</param>
/// <param name="problems">What is wrong with its configuration.</param>
internal sealed class BrokerCheck(BrokerFacts facts, IReadOnlyList<string> problems) : IDoctorCheck
{
    /// <summary>The first RabbitMQ whose quorum queues dead-letter at least once.</summary>
    private static readonly Version Oldest = new(3, 10);

    public string Id => "broker";

    public string Name => "broker";

    public TimeSpan Limit => BrokerFacts.Limit + TimeSpan.FromSeconds(5);

    public async Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        foreach (var problem in problems)
            findings.Add(DoctorCodes.BrokerInvalid, problem);
        if (await facts.ReportAsync(cancellationToken) is not { } report)
            return;
        if (report.Fault is { } fault)
            findings.Add(CodeOf(fault), report.Detail);
        else if (IsOld(report.Version))
            findings.Add(DoctorCodes.BrokerVersion, $"{report.Detail}; it is version {report.Version}");
        else
            findings.Pass(report.Detail + (report.Version is { } version ? $"; version {version}" : ""));
    }

    private static bool IsOld(string? version) =>
        version is not null && Version.TryParse(version.Split('-', '+')[0], out var number) && number < Oldest;

    private static DoctorCode CodeOf(BrokerFault fault) => fault switch
    {
        BrokerFault.Unreachable => DoctorCodes.BrokerUnreachable,
        BrokerFault.Untrusted => DoctorCodes.BrokerUntrusted,
        BrokerFault.Credentials => DoctorCodes.BrokerCredentials,
        BrokerFault.VirtualHost => DoctorCodes.BrokerVirtualHost,
        _ => DoctorCodes.BrokerFailed,
    };
}
