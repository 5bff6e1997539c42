using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Messaging;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>The queues: whether they are there as the fleet makes them, who consumes from them, and what waits in them.</summary>
/// <param name="broker">Looks at them.</param>
/// <param name="facts">Whose processes live.</param>
/// <param name="areMade">Whether a process of the fleet that starts makes those that are missing.</param>
/// <param name="time">The clock.</param>
internal sealed class QueuesCheck(BrokerFacts broker, IFleetFacts facts, bool areMade, TimeProvider time) : IDoctorCheck
{
    /// <summary>Dead letters that wait: an orchestrator files hundreds a second.</summary>
    public const int ManyDeadLetters = 100;

    /// <summary>A process that has just started does not consume yet.</summary>
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(15);

    public string Id => "queues";

    public string Name => "queues";

    public TimeSpan Limit => BrokerFacts.Limit + TimeSpan.FromSeconds(20);

    public async Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        if (await broker.ReportAsync(cancellationToken) is not { Queues: { Count: > 0 } queues })
            return;
        var live = await facts.CanBeReadAsync(cancellationToken)
            ? Processes.Live(await facts.ProcessesAsync(cancellationToken), time.GetUtcNow())
            : [];
        foreach (var queue in queues)
            Judge(queue, live, findings);
        if (findings.All.Count == 0)
            findings.Pass(Describe(queues));
    }

    private void Judge(QueueReport queue, IReadOnlyList<WorkerRecord> live, Findings findings)
    {
        switch (queue.Fault)
        {
            case QueueFault.Missing when live.Count == 0 && areMade:
                return;
            case QueueFault.Missing:
                findings.Add(DoctorCodes.QueuesMissing, queue.Detail +
                    (live.Count > 0 ? $", though {Figures.Count(live.Count)} of the fleet's processes live by their heartbeats" : ""));
                return;
            case QueueFault.Differs:
                findings.Add(DoctorCodes.QueuesDiffer, queue.Detail);
                return;
            case QueueFault.DiffersHarmlessly:
                findings.Add(DoctorCodes.QueuesSettings, queue.Detail);
                break;
            case QueueFault.Denied:
                findings.Add(DoctorCodes.QueuesDenied, queue.Detail);
                return;
        }

        var role = queue.Queue.StartsWith("items", StringComparison.Ordinal) ? FleetRole.Worker : FleetRole.Orchestrator;
        var attendants = live.Count(process => process.Roles.Contains(role)
            && process.Status != WorkerStatus.Draining && time.GetUtcNow() - process.StartedAt > StartTime);
        if (queue.Consumers == 0 && (queue.Ready > 0 || attendants > 0))
            findings.Add(DoctorCodes.QueuesUnattended,
                $"{queue.Name}: {Figures.Count(queue.Ready, "message")} in it, and nobody consumes from it" +
                (attendants > 0 ? $", though {Figures.Count(attendants, role)} live by their heartbeats" : ""));
        if (queue.Queue == QueueNames.DeadLetter && queue.Ready >= ManyDeadLetters)
            findings.Add(DoctorCodes.QueuesDeadLetters, $"{queue.Name}: {Figures.Count(queue.Ready, "message")} wait to be filed");
    }

    private static string Describe(IReadOnlyList<QueueReport> queues)
    {
        var missing = queues.Count(queue => queue.Fault == QueueFault.Missing);
        if (missing == queues.Count)
            return "none is there yet: the first process of the fleet makes them";
        var held = queues.Any(queue => queue.InFlight is not null)
            ? $", {Figures.Count(queues.Sum(queue => queue.InFlight ?? 0))} in flight"
            : "";
        var consumers = queues.Any(queue => queue.Consumers is not null)
            ? $", {Figures.Count(queues.Sum(queue => queue.Consumers ?? 0), "consumer")}"
            : "";
        return $"{queues.Count - missing} of {queues.Count}, they can be used: " +
            $"{Figures.Count(queues.Sum(queue => queue.Ready), "message")} ready{held}{consumers}" +
            (missing > 0 ? "; those that are missing are made by the first process of the fleet" : "");
    }
}
