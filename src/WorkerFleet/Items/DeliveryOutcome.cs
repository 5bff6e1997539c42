namespace WorkerFleet.Items;

/// <summary>What became of one delivery of an item.</summary>
public enum DeliveryOutcome
{
    /// <summary>All that it caused is durable, or can be made again: it can be acknowledged.</summary>
    Done,

    /// <summary>The process stops, and has not begun the item, or has given it back: somebody else is to have it.</summary>
    LetGo,
}
