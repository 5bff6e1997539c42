namespace WorkerFleet.Acceptance.Sqs;

/// <summary>The tests of fleets that meet at Amazon SQS. They run one after the other, and beside no others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SqsTests
{
    public const string Name = "Amazon SQS";
}
