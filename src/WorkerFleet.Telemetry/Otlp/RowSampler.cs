using System.Globalization;
using OpenTelemetry.Trace;

namespace WorkerFleet.Telemetry.Otlp;

/// <summary>
/// Whether a span is recorded. One trace is a whole batch, so that a share of the traces would be all of a million
/// rows or none. So: what is of the batch, always; of its rows the first ones and a share of the others, and each
/// with all of its attempts in all of the processes that it comes to. A parent that is not recorded has no child
/// that is.
/// </summary>
/// <param name="firstRows">Rows that are recorded in any case.</param>
/// <param name="ratio">Share of the others, 0 to 1.</param>
internal sealed class RowSampler(int firstRows, double ratio) : Sampler
{
    /// <summary>A span with this tag, given when it starts, is of a row of a batch.</summary>
    public const string RowTag = "workerfleet.row";

    private const ulong Golden = 0x9E3779B97F4A7C15;

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        if (parent.TraceId != default && (parent.TraceFlags & System.Diagnostics.ActivityTraceFlags.Recorded) == 0)
            return new SamplingResult(SamplingDecision.Drop);
        return new SamplingResult(RowOf(samplingParameters) is { } row && !Samples(samplingParameters, row)
            ? SamplingDecision.Drop
            : SamplingDecision.RecordAndSample);
    }

    private bool Samples(in SamplingParameters parameters, long row)
    {
        if (row < firstRows)
            return true;
        // The same in every process, and independent of how ids of traces are made.
        var trace = ulong.Parse(
            parameters.TraceId.ToHexString().AsSpan(16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return Mix(trace ^ unchecked(((ulong)row + 1) * Golden)) < ratio * ulong.MaxValue;
    }

    private static long? RowOf(in SamplingParameters parameters)
    {
        if (parameters.Tags is { } tags)
            foreach (var tag in tags)
                if (tag.Key == RowTag)
                    return tag.Value switch { long row => row, int row => row, _ => null };
        return null;
    }

    /// <summary>The finalizer of SplitMix64: every bit of the result depends on every bit of the value.</summary>
    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
