using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Items;
using WorkerFleet.Messaging;

namespace WorkerFleet.DeadLetters;

/// <summary>
/// Reports failed items to the saga, those of a slice together. While one report is sent the next ones gather, so that a
/// batch in which everything fails does not cost a saga event for every row.
/// </summary>
public sealed partial class ExhaustedReporter(FleetBus bus, ILogger<ExhaustedReporter> logger) : BackgroundService
{
    private const int MaxItems = 64;

    /// <summary>Bytes of inputs in one message, unless one alone has more: bounds its size.</summary>
    private const int MaxBytes = ProcessBatchItem.MaxInputBytes;

    private readonly Channel<Report> _reports = Channel.CreateBounded<Report>(new BoundedChannelOptions(4_096)
    {
        SingleReader = true,
    });

    /// <summary>Complete when the report is with the broker, so that the item's message may be acknowledged then.</summary>
    public async Task ReportAsync(DeadLetterItem item, CancellationToken cancellationToken)
    {
        var report = new Report(item, new(TaskCreationOptions.RunContinuationsAsynchronously));
        await _reports.Writer.WriteAsync(report, cancellationToken);
        await report.Sent.Task.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var gathered = new List<Report>(MaxItems);
        try
        {
            while (await _reports.Reader.WaitToReadAsync(stoppingToken))
            {
                gathered.Clear();
                var bytes = 0;
                while (gathered.Count < MaxItems && _reports.Reader.TryPeek(out var next)
                    && (gathered.Count == 0 || bytes + next.Bytes <= MaxBytes) && _reports.Reader.TryRead(out var report))
                {
                    gathered.Add(report);
                    bytes += report.Bytes;
                }

                foreach (var slice in gathered.GroupBy(r => (r.Item.Item.BatchId, r.Item.Item.Slice)))
                    await SendAsync(slice.Key.BatchId, slice.Key.Slice, [.. slice], stoppingToken);
            }
        }
        finally
        {
            // Nobody is to wait for a report that will not be sent: the item is settled, and its message comes again.
            _reports.Writer.Complete();
            while (_reports.Reader.TryRead(out var report))
                gathered.Add(report);
            foreach (var report in gathered)
                report.Sent.TrySetCanceled(stoppingToken);
        }
    }

    private async Task SendAsync(
        Guid batchId, int slice, IReadOnlyList<Report> reports, CancellationToken cancellationToken)
    {
        try
        {
            await bus.SendAsync(QueueNames.Batches,
                new ItemsExhausted(batchId, slice, [.. reports.Select(r => r.Item)]), cancellationToken);
            foreach (var report in reports)
                report.Sent.TrySetResult();
        }
        catch (Exception exception)
        {
            // The items' messages are not acknowledged then, and come again.
            LogReportFailed(exception, batchId, slice);
            foreach (var report in reports)
                report.Sent.TrySetException(exception);
            if (cancellationToken.IsCancellationRequested)
                throw;
        }
    }

    private sealed record Report(DeadLetterItem Item, TaskCompletionSource Sent)
    {
        public int Bytes => Item.Item.Input.ValueKind == JsonValueKind.Undefined
            ? 0
            : JsonMarshal.GetRawUtf8Value(Item.Item.Input).Length;
    }

    [LoggerMessage(1201, LogLevel.Warning, "The failed items of slice {Slice} of batch {BatchId} were not reported")]
    private partial void LogReportFailed(Exception exception, Guid batchId, int slice);
}
