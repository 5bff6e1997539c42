using WorkerFleet.Cli.Doctor;
using WorkerFleet.Cli.Doctor.Checks;
using WorkerFleet.Messaging;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <content>The broker and its queues.</content>
internal static partial class DoctorCases
{
    private static IEnumerable<DoctorCase> Broker()
    {
        yield return new(DoctorCodes.BrokerInvalid, () => InFolderAsync(cli => cli.Environment["FLEET__BROKER"] = "http://localhost"));
        yield return BrokerWith(DoctorCodes.BrokerUnreachable, BrokerFault.Unreachable);
        yield return BrokerWith(DoctorCodes.BrokerUntrusted, BrokerFault.Untrusted);
        yield return BrokerWith(DoctorCodes.BrokerCredentials, BrokerFault.Credentials);
        yield return BrokerWith(DoctorCodes.BrokerVirtualHost, BrokerFault.VirtualHost);
        yield return BrokerWith(DoctorCodes.BrokerFailed, BrokerFault.Failed);
        yield return DoctorCase.Of(
            DoctorCodes.BrokerVersion, new BrokerCheck(FakeBroker.With(new BrokerReport(null, "it answers", "3.9.27")), []));
        yield return Queue(DoctorCodes.QueuesMissing, Items with { Fault = QueueFault.Missing, Detail = "on purpose" }, Worker());
        yield return Queue(DoctorCodes.QueuesDiffer, Items with { Fault = QueueFault.Differs, Detail = "on purpose" });
        yield return Queue(DoctorCodes.QueuesSettings, Items with { Fault = QueueFault.DiffersHarmlessly, Detail = "on purpose" });
        yield return Queue(DoctorCodes.QueuesDenied, Items with { Fault = QueueFault.Denied, Detail = "on purpose" });
        // Stuck in pending: workers live, and consume somewhere else; or there are none.
        yield return Queue(DoctorCodes.QueuesUnattended, Items with { Consumers = 0 }, Worker());
        yield return Queue(DoctorCodes.QueuesUnattended, Items with { Consumers = 0, Ready = 3 });
        yield return Queue(DoctorCodes.QueuesDeadLetters, new(
            QueueNames.DeadLetter, "fleet-dead-letter", Ready: QueuesCheck.ManyDeadLetters, Consumers: 1));
    }

    private static QueueReport Items => new("items", "fleet-items", Consumers: 1);

    private static DoctorCase BrokerWith(DoctorCode code, BrokerFault fault) =>
        DoctorCase.Of(code, new BrokerCheck(FakeBroker.With(new BrokerReport(fault, "on purpose")), []));

    private static DoctorCase Queue(DoctorCode code, QueueReport queue, params WorkerRecord[] processes)
    {
        var facts = new FakeFacts();
        facts.Processes.AddRange(processes);
        return DoctorCase.Of(code, new QueuesCheck(FakeBroker.With(queue), facts, areMade: true, FixedTime.Instance));
    }
}
