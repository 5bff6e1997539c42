using MassTransit;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.Tests.AmazonSqs.Topology;

public sealed class SqsMessageNameFormatterTests
{
    [Theory]
    [InlineData(
        typeof(SqsMessageNameFormatterTests), "WorkerFleet_Tests_AmazonSqs_Topology-SqsMessageNameFormatterTests")]
    [InlineData(typeof(Inner), "WorkerFleet_Tests_AmazonSqs_Topology-SqsMessageNameFormatterTests_Inner")]
    [InlineData(typeof(Fault<Inner>),
        "MassTransit-Fault--WorkerFleet_Tests_AmazonSqs_Topology-SqsMessageNameFormatterTests_Inner--")]
    public void GetMessageName_OfAType_IsTheTopicOfMassTransitsOwnPackage(Type type, string name) =>
        Assert.Equal(name, new SqsMessageNameFormatter().GetMessageName(type));

    public sealed record Inner;
}
