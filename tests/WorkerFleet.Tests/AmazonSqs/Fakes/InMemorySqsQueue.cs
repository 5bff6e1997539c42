namespace WorkerFleet.Tests.AmazonSqs.Fakes;

internal sealed class InMemorySqsQueue(string name)
{
    public string Name => name;

    public string Arn => $"arn:aws:sqs:eu-central-1:000000000000:{name}";

    public Dictionary<string, string> Attributes { get; } = [];

    public Dictionary<string, string> Tags { get; } = [];

    public List<InMemorySqsMessage> Messages { get; } = [];

    /// <summary>Of every message that was ever sent to it, in seconds.</summary>
    public List<int?> Delays { get; } = [];
}
