using System.Diagnostics;
using WorkerFleet.AgentCore;
using WorkerFleet.Tests.AgentCore.DataPlane;

namespace WorkerFleet.Tests.AgentCore;

public sealed class TraceHeadersTests
{
    [Fact]
    public void AddTo_NoActivity_AddsNothing()
    {
        Activity.Current = null;

        Assert.Empty(Headers());
    }

    [Theory]
    [InlineData(ActivityTraceFlags.Recorded, "01", "1")]
    [InlineData(ActivityTraceFlags.None, "00", "0")]
    public void AddTo_Activity_IsHandedOnInBothForms(ActivityTraceFlags flags, string w3c, string amazon)
    {
        using var activity = Start(flags);

        var trace = activity.TraceId.ToHexString();
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["traceparent"] = $"00-{trace}-{activity.SpanId}-{w3c}",
                ["X-Amzn-Trace-Id"] = $"Root=1-{trace[..8]}-{trace[8..]};Parent={activity.SpanId};Sampled={amazon}",
            },
            Headers());
    }

    [Theory]
    [InlineData("a=1,b=2", "a=1,b=2")]
    [InlineData("", null)]
    [InlineData("a=\u00fc", null)]
    public void AddTo_TraceState_IsHandedOnAsFarAsAHeaderHoldsIt(string state, string? expected)
    {
        using var activity = Start(ActivityTraceFlags.Recorded);
        activity.TraceStateString = state;

        Assert.Equal(expected, Headers().GetValueOrDefault("tracestate"));
    }

    [Fact]
    public void AddTo_LongTraceState_LosesWholeMembersFromItsEnd()
    {
        using var activity = Start(ActivityTraceFlags.Recorded);
        activity.TraceStateString = string.Join(',', Enumerable.Range(10, 80).Select(n => $"v{n}=12345678"));

        var state = Headers()["tracestate"];

        Assert.InRange(state.Length, 500, 512);
        Assert.All(state.Split(','), member => Assert.Equal(12, member.Length));
    }

    [Fact]
    public async Task Invoke_SomebodyListens_TheAgentIsBelowASpanOfItsOwn()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "WorkerFleet",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var parent = Start(ActivityTraceFlags.Recorded);
        await using var server = DataPlaneServer.Answering(DataPlaneServer.Ok());

        await AgentCoreCall.InvokeAsync(server.Url);

        var header = DataPlaneServer.HeaderOf(server.Invocations.Single(), "traceparent");
        Assert.StartsWith($"00-{parent.TraceId}-", header, StringComparison.Ordinal);
        Assert.DoesNotContain(parent.SpanId.ToHexString(), header, StringComparison.Ordinal);
    }

    private static Activity Start(ActivityTraceFlags flags)
    {
        var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.ActivityTraceFlags = flags;
        return activity;
    }

    private static Dictionary<string, string> Headers()
    {
        using var request = new HttpRequestMessage();
        TraceHeaders.AddTo(request);
        return request.Headers.NonValidated.ToDictionary(header => header.Key, header => header.Value.ToString());
    }
}
