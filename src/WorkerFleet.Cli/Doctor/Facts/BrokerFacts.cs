using WorkerFleet.Cli.Options;
using WorkerFleet.Messaging;

namespace WorkerFleet.Cli.Doctor.Facts;

/// <summary>What a look at the broker found; it is looked at once, for both checks that want to know.</summary>
/// <param name="inspector">Null where no broker is configured, or not well.</param>
/// <param name="display">The broker, for people.</param>
/// <param name="time">The clock.</param>
internal sealed class BrokerFacts(IBrokerInspector? inspector, string display, TimeProvider time)
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private Task<BrokerReport>? _report;

    public async Task<BrokerReport?> ReportAsync(CancellationToken cancellationToken) =>
        inspector is null ? null : await (_report ??= InspectAsync(cancellationToken));

    private async Task<BrokerReport> InspectAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await inspector!.InspectAsync(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new(BrokerFault.Unreachable, $"{display} does not answer within {Durations.Format(Limit)}");
        }
    }
}
