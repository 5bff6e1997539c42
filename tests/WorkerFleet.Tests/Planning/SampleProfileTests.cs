using WorkerFleet.Items;
using WorkerFleet.Planning;

namespace WorkerFleet.Tests.Planning;

public sealed class SampleProfileTests
{
    [Fact]
    public void Of_CallsOfEveryKind_CountsEachForWhatItIs()
    {
        SampleCall[] calls =
        [
            .. Enumerable.Repeat(Call(100), 5), Call(300, new(FailureKind.Unavailable, "busy", true)),
            Call(200, new(FailureKind.InvalidInput, "no", false)), Call(200, new(FailureKind.InvalidInput, "no", false)),
            Call(1, new(FailureKind.Throttled, "slow down", true, TimeSpan.FromSeconds(2), RetryAfterForAll: true)),
            Call(1, new(FailureKind.Throttled, "slow down", true)),
        ];

        var profile = SampleProfile.Of(calls)!;

        Assert.Equal(150, profile.Latency.Mean.TotalMilliseconds);
        Assert.Equal((1.0 / 6, 0.25, 0.2), (profile.FailureRate, profile.RefusedRate, profile.ThrottledRate));
        Assert.Equal((TimeSpan.FromSeconds(2), 0.5), (profile.RetryAfter, profile.RetryAfterRate));
        Assert.Equal((10, 8), (profile.OutputBytes, profile.MeasuredCalls));
        Assert.Equal([2, 2, 1], SampleProfile.Causes(calls).Select(cause => cause.Count));
    }

    [Fact]
    public void CostOf_WhatAgentsTell_IsTheMeanOfTheirCalls()
    {
        SampleCall Used(long tokens, decimal? told = null) => Call(1) with { Usage = new(tokens, 10), ToldUsd = told };

        Assert.Equal(
            new CallCost { InputTokens = 150, OutputTokens = 10 }, SampleProfile.CostOf([Used(100), Used(200)]));
        Assert.Equal(new CallCost { UsdPerCall = 0.5 }, SampleProfile.CostOf([Used(100, told: 1), Used(200)]));
        Assert.Equal(new CallCost(), SampleProfile.CostOf([Call(1)]));
    }

    [Fact]
    public void Of_NothingThatRan_KnowsNothing() =>
        Assert.Null(SampleProfile.Of([Call(1, new(FailureKind.Throttled, "slow down", true))]));

    private static SampleCall Call(double milliseconds, ItemFailure? failure = null) =>
        new("agent", TimeSpan.FromMilliseconds(milliseconds), failure is null ? 10 : 0, failure);
}
