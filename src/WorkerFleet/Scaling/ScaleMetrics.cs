using System.Diagnostics.Metrics;
using WorkerFleet.Batches;

namespace WorkerFleet.Scaling;

/// <summary>
/// What a scaler goes by, from the one process of the fleet that looks. Observed, not recorded: a process that does
/// not look any more says nothing, instead of the last thing it knew.
/// </summary>
internal static class ScaleMetrics
{
    public const string MeterName = "WorkerFleet.Scaling";

    private static readonly Meter Meter = new(MeterName);

    private static volatile Published? _published;

    static ScaleMetrics()
    {
        Meter.CreateObservableGauge(
            "fleet.backlog.items", () => One<long>(now => now.Reading.Backlog), "{item}",
            "Rows that are not settled, of batches that are not paused");
        Meter.CreateObservableGauge(
            "fleet.backlog.per_worker", () => One<double>(now => now.Reading.BacklogPerWorker), "{item}",
            "The backlog over the workers that live; the whole of it without a worker");
        Meter.CreateObservableGauge(
            "fleet.workers.live", () => One<int>(now => now.Reading.Workers), "{worker}", "Workers that live and take items");
        Meter.CreateObservableGauge(
            "fleet.workers.useful", () => One<int>(now => now.Reading.Useful), "{worker}",
            "Workers that the limits of the agents can feed; absent without such a limit");
        Meter.CreateObservableGauge(
            "fleet.workers.wanted", () => One<int>(now => now.Reading.Wanted), "{worker}",
            "Workers that should run now, never more than agents and batches can feed");
        Meter.CreateObservableGauge(
            "fleet.eta", () => One<double>(now => now.Reading.Eta?.TotalSeconds), "s",
            "Time until the backlog is done, at the present pace; absent when that is not known");
        Meter.CreateObservableGauge(
            "fleet.schedule.depth", () => One<int>(now => now.Depth), "{message}",
            "Messages in the schedule, such as retries; counted up to 10,000");
        Meter.CreateObservableGauge("fleet.batches", Batches, "{batch}", "Batches that are not over, by state");
    }

    /// <param name="publisher">Who has looked.</param>
    /// <param name="reading">What came of it.</param>
    /// <param name="batches">Batches that are not over, by state.</param>
    /// <param name="depth">Messages in the schedule; null while they were not counted.</param>
    public static void Publish(
        object publisher, ScaleReading reading, IReadOnlyDictionary<string, int> batches, int? depth) =>
        _published = new(publisher, reading, batches, depth);

    /// <summary>Says nothing any more, unless somebody else in this process does.</summary>
    public static void Withdraw(object publisher)
    {
        if (_published?.Publisher == publisher)
            _published = null;
    }

    private static IEnumerable<Measurement<T>> One<T>(Func<Published, T?> value)
        where T : struct =>
        _published is { } now && value(now) is { } number ? [new(number)] : [];

    private static IEnumerable<Measurement<int>> Batches() => _published is { } now
        ? now.Batches.Select(state => new Measurement<int>(
            state.Value, new KeyValuePair<string, object?>("status", BatchMetrics.NameOf(state.Key))))
        : [];

    private sealed record Published(
        object Publisher, ScaleReading Reading, IReadOnlyDictionary<string, int> Batches, int? Depth);
}
