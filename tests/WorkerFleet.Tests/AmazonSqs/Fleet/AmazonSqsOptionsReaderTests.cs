using Microsoft.Extensions.Configuration;
using WorkerFleet.AmazonSqs.Fleet;

namespace WorkerFleet.Tests.AmazonSqs.Fleet;

public sealed class AmazonSqsOptionsReaderTests
{
    private static readonly (string Key, string Value) Region = ("Fleet:Aws:Region", "eu-central-1");

    [Fact]
    public void Read_RegionAlone_HasTheDefaults()
    {
        var options = ReadGood(Region);

        Assert.Equal(
            ("eu-central-1", null, "fleet-", true, null, TimeSpan.FromMinutes(1)),
            (options.Region, options.Endpoint, options.Prefix, options.Declare, options.KmsKey, options.VisibilityTimeout));
        Assert.Equal("Amazon SQS in eu-central-1, queues fleet-*", options.Display);
    }

    [Fact]
    public void Read_EverythingGiven_IsTaken()
    {
        var options = ReadGood(
            Region, ("Fleet:AmazonSqs:Endpoint", "http://localhost:4566"), ("Fleet:AmazonSqs:Prefix", "a_b-"),
            ("Fleet:AmazonSqs:Declare", "false"), ("Fleet:AmazonSqs:KmsKey", "alias/mine"),
            ("Fleet:AmazonSqs:Tags:team", "data"), ("Fleet:AmazonSqs:VisibilityTimeout", "00:05:00"));

        Assert.Equal(
            (new Uri("http://localhost:4566"), "a_b-", false, "alias/mine", TimeSpan.FromMinutes(5)),
            (options.Endpoint, options.Prefix, options.Declare, options.KmsKey, options.VisibilityTimeout));
        Assert.Equal("data", Assert.Single(options.Tags, tag => tag.Key == "team").Value);
    }

    [Theory]
    [InlineData("Fleet:AmazonSqs:Endpoint", "localhost", "is not an address such as http://localhost:4566")]
    [InlineData("Fleet:AmazonSqs:Endpoint", "http://me:s3cret@localhost", "'localhost' is not an address")]
    [InlineData("Fleet:AmazonSqs:Prefix", "fleet.", "letters, digits, '-' and '_'")]
    [InlineData("Fleet:AmazonSqs:Prefix", "a23456789012345678901234567890123456789012345678901", "at most 50")]
    [InlineData("Fleet:AmazonSqs:Declare", "perhaps", "'perhaps' is neither true nor false")]
    [InlineData("Fleet:AmazonSqs:VisibilityTimeout", "9", "is not a time from 00:00:10 to 12:00:00")]
    [InlineData("Fleet:AmazonSqs:VisibilityTimeout", "00:00:05", "is not a time from 00:00:10 to 12:00:00")]
    [InlineData("Fleet:AmazonSqs:Queue", "x", "Fleet:AmazonSqs:Queue: there is no such key; there are Endpoint, Prefix,")]
    public void Read_Wrong_SaysWhatAndWhere(string key, string value, string says)
    {
        var problem = Assert.Single(Problems(Region, (key, value)));

        Assert.StartsWith(key, problem, StringComparison.Ordinal);
        Assert.Contains(says, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", problem, StringComparison.Ordinal);
    }

    private static AmazonSqsOptions ReadGood(params (string Key, string Value)[] settings)
    {
        var problems = new List<string>();
        var options = AmazonSqsOptionsReader.Read(Configuration(settings), problems);
        Assert.Empty(problems);
        return options!;
    }

    private static List<string> Problems(params (string Key, string Value)[] settings)
    {
        var problems = new List<string>();
        Assert.Null(AmazonSqsOptionsReader.Read(Configuration(settings), problems));
        return problems;
    }

    private static IConfiguration Configuration((string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)).Build();
}
