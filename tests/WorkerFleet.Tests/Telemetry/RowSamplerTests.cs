using System.Diagnostics;
using OpenTelemetry.Trace;
using WorkerFleet.Telemetry.Otlp;

namespace WorkerFleet.Tests.Telemetry;

public sealed class RowSamplerTests
{
    private const int Rows = 100_000;

    private readonly ActivityTraceId _trace = ActivityTraceId.CreateRandom();

    [Fact]
    public void Sampler_RowsOfAMillion_RecordsTheFirstAndAShareOfTheOthers()
    {
        var sampler = new RowSampler(firstRows: 100, ratio: 0.01);

        Assert.All(Enumerable.Range(0, 100), row => Assert.True(Records(sampler, row)));
        // 1,000 are expected, with a standard deviation of 31.
        Assert.InRange(Enumerable.Range(100, Rows).Count(row => Records(sampler, row)), 800, 1_200);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, Rows)]
    public void Sampler_AllOrNone_RecordsThem(double ratio, int expected) =>
        Assert.Equal(expected, Enumerable.Range(0, Rows).Count(row => Records(new RowSampler(0, ratio), row)));

    [Fact]
    public void Sampler_InAnotherProcess_DecidesAlike() => Assert.All(
        Enumerable.Range(0, 1_000),
        row => Assert.Equal(Records(new RowSampler(0, 0.5), row), Records(new RowSampler(0, 0.5), row, ActivityKind.Client)));

    [Fact]
    public void Sampler_OtherBatch_TakesOtherRows()
    {
        var sampler = new RowSampler(0, 0.5);
        var other = ActivityTraceId.CreateRandom();

        Assert.NotEqual(
            Enumerable.Range(0, 100).Select(row => Records(sampler, row)),
            Enumerable.Range(0, 100).Select(row => Decide(sampler, other, row, ActivityTraceFlags.Recorded, ActivityKind.Internal)));
    }

    [Fact]
    public void Sampler_SpanOfNoRow_IsRecorded() => Assert.True(Records(new RowSampler(0, 0), row: null));

    [Fact]
    public void Sampler_ParentIsNotRecorded_NorIsTheChild()
    {
        Assert.False(Decide(new RowSampler(100, 1), _trace, 1, ActivityTraceFlags.None, ActivityKind.Internal));
        Assert.False(Decide(new RowSampler(100, 1), _trace, null, ActivityTraceFlags.None, ActivityKind.Internal));
    }

    private bool Records(RowSampler sampler, long? row, ActivityKind kind = ActivityKind.Internal) =>
        Decide(sampler, _trace, row, ActivityTraceFlags.Recorded, kind);

    private static bool Decide(RowSampler sampler, ActivityTraceId trace, long? row, ActivityTraceFlags flags, ActivityKind kind)
    {
        var parent = new ActivityContext(trace, ActivitySpanId.CreateRandom(), flags, isRemote: true);
        IEnumerable<KeyValuePair<string, object?>>? tags = row is null ? null : [new("agent", "a"), new(RowSampler.RowTag, row)];
        return sampler.ShouldSample(new SamplingParameters(parent, trace, "any", kind, tags)).Decision
            == SamplingDecision.RecordAndSample;
    }
}
