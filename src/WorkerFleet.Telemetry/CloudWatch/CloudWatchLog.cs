using OpenTelemetry.Metrics;
using WorkerFleet.Results;
using WorkerFleet.Workers;

namespace WorkerFleet.Telemetry.CloudWatch;

/// <summary>Metrics as lines of a process's log: each interval, and when a batch ends.</summary>
internal sealed class CloudWatchLog : IDisposable
{
    private readonly CloudWatchOptions _options;
    private readonly TextWriter _log;
    private readonly TimeProvider _time;
    private readonly Lock _turn = new();
    private BatchEnds? _ends;

    public CloudWatchLog(
        CloudWatchOptions options, ExportingProcess process, WorkerIdentity identity, TimeProvider time)
    {
        (_options, _log, _time) = (options, process.Log!, time);
        Reader = new PeriodicExportingMetricReader(
            new EmbeddedMetricExporter(() => new(options, process.Role, identity.Id, time.GetUtcNow()), Write),
            (int)options.Interval.TotalMilliseconds)
        {
            // CloudWatch adds up what it gets.
            TemporalityPreference = MetricReaderTemporalityPreference.Delta,
        };
    }

    public MetricReader Reader { get; }

    /// <summary>Writes a line for each batch that ends in this process.</summary>
    public void Follow(BatchEnds? ends)
    {
        _ends = ends;
        if (ends is not null)
            ends.Ended += WriteEnd;
    }

    public void Dispose()
    {
        if (_ends is not null)
            _ends.Ended -= WriteEnd;
    }

    private void WriteEnd(BatchSummary summary)
    {
        Write(BatchEndLine.Format(_options.Namespace, _time.GetUtcNow(), summary));
        // So that nobody has to wait for the metrics of a batch that is over.
        Reader.Collect();
    }

    private void Write(string line)
    {
        lock (_turn)
        {
            _log.Write(line + "\n");
            _log.Flush();
        }
    }
}
