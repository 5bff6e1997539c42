using MassTransit;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.Tests.AmazonSqs.Topology;

public sealed class SqsAddressTests
{
    private static readonly Uri Host = new("amazonsqs://eu-central-1/");

    [Theory]
    [InlineData("queue:orders", "amazonsqs://eu-central-1/orders")]
    [InlineData("queue:orders?temporary=true", "amazonsqs://eu-central-1/orders?durable=false&autodelete=true")]
    [InlineData("topic:Shop-Ordered", "amazonsqs://eu-central-1/Shop-Ordered?type=topic")]
    [InlineData("amazonsqs://us-east-1/orders", "amazonsqs://us-east-1/orders")]
    [InlineData("amazonsqs://us-east-1/shop/orders", "amazonsqs://us-east-1/shop/orders")]
    [InlineData("amazonsqs://us-east-1/o_1?durable=false&autodelete=true",
        "amazonsqs://us-east-1/o_1?durable=false&autodelete=true")]
    [InlineData("amazonsqs://us-east-1/Shop-Ordered?type=topic", "amazonsqs://us-east-1/Shop-Ordered?type=topic")]
    public void Parse_AnAddress_ReadsAsMassTransitsOwnPackageWritesIt(string address, string normalized) =>
        Assert.Equal(normalized, SqsAddress.Parse(Host, new Uri(address)).Uri.ToString());

    [Fact]
    public void Uri_OfAQueueOfAScope_ContainsTheScope()
    {
        var scoped = new Uri("amazonsqs://eu-central-1/shop");

        Assert.Equal("amazonsqs://eu-central-1/shop/orders", SqsAddress.OfQueue(scoped, "orders").Uri.ToString());
        Assert.Equal(
            "amazonsqs://eu-central-1/shop/orders", SqsAddress.Parse(scoped, new Uri("queue:orders")).Uri.ToString());
    }

    [Theory]
    [InlineData(
        "rabbitmq://localhost/orders", "is not an address of a queue; use queue:NAME or amazonsqs://REGION/NAME")]
    [InlineData("queue:a.b", "'a.b' is no name for an SQS queue: 1 to 80 letters, digits, hyphens and underscores")]
    [InlineData("queue:orders.fifo", "'orders.fifo' is a FIFO queue, which this transport does not support")]
    public void Parse_WhatNamesNoQueue_SaysWhatToUse(string address, string problem)
    {
        var exception = Assert.Throws<ConfigurationException>(() => SqsAddress.Parse(Host, new Uri(address)));

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ANameThatIsTooLong_IsRefused() =>
        Assert.Throws<ConfigurationException>(() => SqsAddress.Parse(Host, new Uri($"queue:{new string('q', 81)}")));
}
