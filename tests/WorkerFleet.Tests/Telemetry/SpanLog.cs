using System.Collections.Concurrent;
using System.Diagnostics;

namespace WorkerFleet.Tests.Telemetry;

/// <summary>The spans that the fleet ends while it listens.</summary>
internal sealed class SpanLog : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    /// <param name="samples">Whether a span is recorded, by its name and the row it is of; null for all.</param>
    public SpanLog(Func<string, long?, bool>? samples = null)
    {
        _listener = new()
        {
            ShouldListenTo = source => source.Name.StartsWith("WorkerFleet", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> span) =>
                samples?.Invoke(span.Name, RowOf(span.Tags)) != false
                    ? ActivitySamplingResult.AllDataAndRecorded
                    : ActivitySamplingResult.None,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyList<Activity> All => [.. _ended];

    public IReadOnlyList<Activity> Named(string name) => [.. _ended.Where(span => span.OperationName == name)];

    public void Dispose() => _listener.Dispose();

    private static long? RowOf(IEnumerable<KeyValuePair<string, object?>>? tags) =>
        tags?.FirstOrDefault(tag => tag.Key == "workerfleet.row").Value as long?;
}
