namespace WorkerFleet.Messaging;

/// <summary>Looks at a broker without taking part in the fleet.</summary>
public interface IBrokerInspector
{
    /// <summary>Expected problems are part of the report, never thrown. Changes nothing that a starting process would not.</summary>
    Task<BrokerReport> InspectAsync(CancellationToken cancellationToken);
}
