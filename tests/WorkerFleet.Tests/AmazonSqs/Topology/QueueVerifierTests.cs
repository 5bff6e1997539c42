using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.Tests.AmazonSqs.Topology;

public sealed class QueueVerifierTests
{
    [Fact]
    public void DifferencesOf_AnotherValueAndAMissingOne_NamesBothAndNothingElse()
    {
        var differences = QueueVerifier.DifferencesOf(
            new Dictionary<string, string>
            {
                ["VisibilityTimeout"] = "30", ["SqsManagedSseEnabled"] = "true",
                ["RedrivePolicy"] = """{"deadLetterTargetArn":"arn:dead","maxReceiveCount":"5"}""",
            },
            new Dictionary<string, string>
            {
                ["VisibilityTimeout"] = "60", ["SqsManagedSseEnabled"] = "true", ["DelaySeconds"] = "3",
            });

        Assert.Equal(
            [
                """RedrivePolicy wanted {"deadLetterTargetArn":"arn:dead","maxReceiveCount":"5"}, found none""",
                "VisibilityTimeout wanted 30, found 60",
            ],
            differences);
    }

    [Theory]
    [InlineData("""{"maxReceiveCount":5,"deadLetterTargetArn":"arn:dead"}""", true)]
    [InlineData("""{"deadLetterTargetArn":"arn:dead","maxReceiveCount":"5"}""", true)]
    [InlineData("""{"deadLetterTargetArn":"arn:dead","maxReceiveCount":6}""", false)]
    [InlineData("""{"deadLetterTargetArn":"arn:other","maxReceiveCount":5}""", false)]
    public void DifferencesOf_RedrivePolicies_ComparesWhatTheySay(string found, bool same)
    {
        var differences = QueueVerifier.DifferencesOf(
            new Dictionary<string, string>
            {
                ["RedrivePolicy"] = """{"deadLetterTargetArn":"arn:dead","maxReceiveCount":"5"}""",
            },
            new Dictionary<string, string> { ["RedrivePolicy"] = found });

        Assert.Equal(same, differences.Count == 0);
    }
}
