namespace WorkerFleet.Acceptance.Broker;

/// <summary>A queue as the broker knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type"><c>quorum</c> or <c>classic</c>.</param>
/// <param name="Arguments">The <c>x-…</c> arguments it was declared with, as text.</param>
/// <param name="Ready">Messages to be delivered; a second old.</param>
/// <param name="Unacknowledged">Messages that consumers hold; a second old.</param>
/// <param name="Consumers">How many there are.</param>
public sealed record QueueInfo(
    string Name, string Type, IReadOnlyDictionary<string, string> Arguments, long Ready, long Unacknowledged, int Consumers);
