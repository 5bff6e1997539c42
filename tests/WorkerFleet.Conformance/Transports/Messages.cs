using MassTransit;

namespace WorkerFleet.Conformance.Transports;

/// <summary>What the tests of the transports send.</summary>
public sealed record PlaceOrder(string Text);

public interface IOrderEvent
{
    string Text { get; }
}

public sealed record OrderShipped(string Text) : IOrderEvent;

public sealed record UnheardOf(string Text);

public sealed record AskPrice(string Item);

public sealed record Price(string Item, int Cents);

public sealed record OrderOpened(Guid CorrelationId) : CorrelatedBy<Guid>;

public sealed record OrderPaid(Guid CorrelationId) : CorrelatedBy<Guid>;

public sealed record Numbered(int Number);
