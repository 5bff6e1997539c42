using System.Globalization;
using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.Tests.AmazonSqs.Fakes;

internal sealed class InMemorySqsMessage
{
    public required string Id { get; init; }

    public required string Body { get; init; }

    public IReadOnlyDictionary<string, MessageAttributeValue>? Attributes { get; init; }

    public string? GroupId { get; init; }

    public int? DelaySeconds { get; set; }

    public DateTimeOffset VisibleAt { get; set; }

    public int ReceiveCount { get; set; }

    public string? Handle { get; set; }

    public SqsMessage Received()
    {
        var attributes = new Dictionary<string, string>
        {
            ["ApproximateReceiveCount"] = ReceiveCount.ToString(CultureInfo.InvariantCulture),
            ["SentTimestamp"] = "1795255200000",
        };
        if (GroupId is not null)
            attributes["MessageGroupId"] = GroupId;
        return new SqsMessage
        {
            MessageId = Id, ReceiptHandle = Handle!, Body = Body, Attributes = attributes,
            MessageAttributes = Attributes is null ? null : new(Attributes),
        };
    }
}
