using Amazon;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.AmazonSqs.Client.Wire;

namespace WorkerFleet.Tests.AmazonSqs.Client;

public sealed class SqsConfigTests
{
    private const string Variable = "AWS_ENDPOINT_URL_SQS";

    [Theory]
    [InlineData("eu-central-1", false, false, "https://sqs.eu-central-1.amazonaws.com")]
    [InlineData("cn-north-1", false, false, "https://sqs.cn-north-1.amazonaws.com.cn")]
    [InlineData("us-gov-west-1", false, false, "https://sqs.us-gov-west-1.amazonaws.com")]
    [InlineData("us-east-1", true, false, "https://sqs-fips.us-east-1.amazonaws.com")]
    [InlineData("us-gov-west-1", true, false, "https://sqs.us-gov-west-1.amazonaws.com")]
    [InlineData("eu-central-1", false, true, "https://sqs.eu-central-1.api.aws")]
    [InlineData("cn-north-1", false, true, "https://sqs.cn-north-1.api.amazonwebservices.com.cn")]
    [InlineData("us-east-1", true, true, "https://sqs-fips.us-east-1.api.aws")]
    public void Endpoint_Region_HasAwsAddress(string region, bool isFips, bool isDualStack, string expected) =>
        Assert.Equal(expected, SqsEndpoint.Of(RegionEndpoint.GetBySystemName(region), isFips, isDualStack));

    [Fact]
    public void Endpoint_OfTheEnvironment_TakesTheRegionsPlaceAndNotTheOptions()
    {
        Environment.SetEnvironmentVariable(Variable, "http://127.0.0.1:9");
        try
        {
            var ofEnvironment = SqsConfig.Of(new() { Region = "eu-west-3" });
            var ofOptions = SqsConfig.Of(new() { Region = "eu-west-3", ServiceUrl = new("http://127.0.0.1:8") });

            Assert.Equal("http://127.0.0.1:9/", SqsEndpoint.Of(ofEnvironment));
            Assert.Equal("http://127.0.0.1:8/", SqsEndpoint.Of(ofOptions));
            Assert.All([ofEnvironment, ofOptions], config => Assert.Equal("eu-west-3", config.AuthenticationRegion));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }

        Assert.Equal(
            "https://sqs.eu-west-3.amazonaws.com", SqsEndpoint.Of(SqsConfig.Of(new() { Region = "eu-west-3" })));
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SqsClientOptions { MaxAttempts = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new SqsClientOptions { RequestTimeout = TimeSpan.FromMilliseconds(99) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SqsQueueOptions { SendSlots = 65 });
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new SqsQueueOptions { DeleteLinger = TimeSpan.FromSeconds(6) });
    }
}
