using WorkerFleet.Planning;

namespace WorkerFleet.Tests.Planning;

/// <summary>The costs that were measured, and are quoted in the documents, come out of the model.</summary>
public sealed class CostTests
{
    private static readonly FleetShape Cloud = new()
    {
        Transport = PlanTransport.AmazonSqs, Store = PlanStore.DynamoDb, Workers = 2,
    };

    /// <summary>docs/dynamodb.md: 2.37 to 2.44 write units and 0.08 to 0.10 read units a row.</summary>
    [Fact]
    public void Store_TenThousandRowsOfAKilobyte_IsAsMeasured()
    {
        var plan = Plan.Of(Fast(10_000), PlannedBatch.Prices);

        Assert.InRange(AmountOf(plan, "DynamoDB writes") / 10_000, 2.35, 2.55);
        Assert.InRange(AmountOf(plan, "DynamoDB reads") / 10_000, 0.08, 0.11);
    }

    /// <summary>docs/aws.md: 0.36 requests a row with slices of 256 rows, 0.33 with slices of 1,000.</summary>
    [Theory]
    [InlineData(256, 0.36)]
    [InlineData(1_000, 0.33)]
    public void Queue_TenThousandRowsAtFullLoad_IsAsMeasured(int slice, double requests)
    {
        var input = Fast(10_000);

        var plan = Plan.Of(input with { Limits = input.Limits with { SliceSize = slice } }, PlannedBatch.Prices);

        Assert.InRange(AmountOf(plan, "SQS") / 10_000, requests - 0.01, requests + 0.03);
    }

    [Fact]
    public void Queue_RowsThatTrickleIn_CostMoreRequestsEach()
    {
        var slow = Plan.Of(PlannedBatch.Of(1_000, PlannedBatch.Second, concurrency: 4, fleet: Cloud), PlannedBatch.Prices);

        Assert.InRange(AmountOf(slow, "SQS") / 1_000, 1.8, 3);
    }

    [Fact]
    public void Store_Retries_CostTheirEventsAndTheSchedule()
    {
        var calls = PlannedBatch.Second with { FailureRate = 0.5 };
        var (well, badly) = (
            Plan.Of(PlannedBatch.Of(1_000, fleet: Cloud), PlannedBatch.Prices),
            Plan.Of(PlannedBatch.Of(1_000, calls, fleet: Cloud), PlannedBatch.Prices));

        // 750 retries of 2 events and 9 units in the schedule, 125 dead letters of 2; and more time.
        Assert.InRange(AmountOf(badly, "DynamoDB writes") - AmountOf(well, "DynamoDB writes"), 8_500, 9_500);
    }

    [Fact]
    public void Fleet_InOneProcess_CostsNothing() =>
        Assert.Empty(Plan.Of(PlannedBatch.Of(1_000), PlannedBatch.Prices).Costs);

    [Fact]
    public void Agent_SessionsAndTokens_ArePaidByWhatTheyUse()
    {
        var cost = new CallCost
        {
            Vcpus = 0.5, MemoryGb = 2, InputTokens = 1_000, OutputTokens = 100, UsdPerMillionInputTokens = 3,
            UsdPerMillionOutputTokens = 15, UsdPerCall = 0.001, UsdPerHour = 0.36,
        };
        var input = PlannedBatch.Of(3_600);

        var plan = Plan.Of(input with
        {
            Agents = [input.Agents[0] with { Cost = cost, Limits = new() { StopsSessions = true } }],
        }, PlannedBatch.Prices);

        Assert.Equal(0.5, UsdOf(plan, "AgentCore CPU"), 6);
        Assert.Equal(2, UsdOf(plan, "AgentCore memory"), 6);
        Assert.Equal(10.8, UsdOf(plan, "tokens in"), 6);
        Assert.Equal(5.4, UsdOf(plan, "tokens out"), 6);
        Assert.Equal(3.6, UsdOf(plan, "calls"), 6);
        Assert.Equal(0.36, UsdOf(plan, "time of calls"), 6);
        Assert.Equal(22.66, plan.Usd, 6);
    }

    [Fact]
    public void Agent_SessionsThatAreNotStopped_HoldTheirMemoryWhileTheyAreIdle()
    {
        var input = PlannedBatch.Of(3_600);

        var plan = Plan.Of(input with
        {
            Agents = [input.Agents[0] with { Cost = new() { MemoryGb = 1 } }],
        }, PlannedBatch.Prices);

        Assert.Equal(901, UsdOf(plan, "AgentCore memory"), 6);
    }

    [Fact]
    public void Agent_TokensWithoutPrice_AreCountedAndCostNothingKnown()
    {
        var input = PlannedBatch.Of(10);

        var line = Assert.Single(Plan.Of(input with
        {
            Agents = [input.Agents[0] with { Cost = new() { InputTokens = 50 } }],
        }, PlannedBatch.Prices).Costs);

        Assert.Equal((500, (double?)null), (line.Amount, line.Usd));
    }

    private static PlanInput Fast(long rows) => PlannedBatch.Of(
        rows, new() { Latency = new(TimeSpan.FromMilliseconds(20), 0) }, concurrency: 50, fleet: Cloud);

    private static double AmountOf(Plan plan, string what) => plan.Costs.Single(cost => cost.What == what).Amount;

    private static double UsdOf(Plan plan, string what) => plan.Costs.Single(cost => cost.What == what).Usd!.Value;
}
