using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.Tests.AmazonSqs.Client;

public sealed class SqsLimitsTests
{
    [Fact]
    public void Size_TextBeyondAscii_CountsBytes() =>
        Assert.Equal(7 + 4, SqsLimits.SizeOf(new() { MessageBody = "Grüße😀" }));

    [Fact]
    public void Size_Attributes_CountNameTypeAndValue() => Assert.Equal(
        2 + (4 + 6 + 5) + (1 + 10 + 3),
        SqsLimits.SizeOf(new()
        {
            MessageBody = "{}",
            MessageAttributes = new Dictionary<string, MessageAttributeValue>
            {
                ["kind"] = new() { StringValue = "größ"[..3] + "e" },
                ["b"] = new() { DataType = "Binary.gif", BinaryValue = [1, 2, 3] },
            },
        }));
}
