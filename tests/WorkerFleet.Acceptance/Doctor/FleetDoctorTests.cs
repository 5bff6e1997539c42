using System.Text;
using RabbitMQ.Client;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Fleet;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Batches;
using WorkerFleet.Workers;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Doctor;

/// <summary>One fleet of real processes, which goes from well to worse.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class FleetDoctorTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int ManyDeadLetters = 100;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);

    public async Task InitializeAsync()
    {
        // It has answered nobody by the time that the worker is killed.
        _fleet.Workspace.WithAgents(new { stuck = new { Type = "simulated", Simulated = new { Latency = "00:04:00" } } });
        // Of the first, all rows are begun at once, those that the doctor looks at included.
        foreach (var (name, rows) in (ReadOnlySpan<(string, int)>)[("first.csv", 8), ("second.csv", 40)])
            _fleet.Workspace.Write(name, "n\n" + string.Concat(Enumerable.Range(0, rows).Select(row => $"{name} {row}\n")));
        await _fleet.StartAsync(1, 1);
    }

    public Task DisposeAsync() => _fleet.DisposeAsync().AsTask();

    [Fact]
    public async Task Doctor_FleetThatFallsApart_FindsEachStep()
    {
        (await DoctorExam.RunAsync(_fleet.Workspace)).ShouldBeWell();

        await SayAsync(process => process with { Id = "elsewhere/1/a", Version = "0.0.9" });
        (await DoctorExam.RunAsync(_fleet.Workspace, "--only", "versions")).ShouldFind("versions.mixed");
        await UnsayAsync("elsewhere/1/a");

        var working = await SubmitAsync("first.csv");
        await _fleet.WaitForAsync(working, progress => progress.Batch.CurrentState == BatchStatus.Processing, "to be worked on");
        await WaitForRowsInFlightAsync(working);
        await _fleet.Workers[0].KillAsync();
        await WaitUntilNotSeenAsync(FleetRole.Worker);
        (await DoctorExam.RunAsync(_fleet.Workspace)).ShouldFind(
            "processes.lost", "processes.no-worker", "batches.no-worker", "batches.orphaned", "queues.unattended")
            .ShouldSay("batches.orphaned", "which is gone");

        await _fleet.Orchestrators[0].KillAsync();
        await SubmitAsync("second.csv");
        await PublishDeadLettersAsync();
        await WaitUntilNotSeenAsync(FleetRole.Orchestrator);
        (await DoctorExam.RunAsync(_fleet.Workspace)).ShouldFind(
            "processes.lost", "processes.none", "batches.not-dispatched", "queues.unattended", "queues.dead-letters");

        await ScheduleAsync(TimeProvider.System.GetUtcNow().AddMinutes(-2), working);
        (await DoctorExam.RunAsync(_fleet.Workspace, "--only", "batches")).ShouldFind("batches.schedule-overdue");

        // A worker that meets at another place: it lives, and nobody consumes.
        _fleet.Workspace.Environment["FLEET__RABBITMQ__PREFIX"] = RabbitMqBroker.NewPrefix();
        (await DoctorExam.RunAsync(_fleet.Workspace, "--only", "queues,processes")).ShouldFind("processes.none");
        await SayAsync(process => process with { StartedAt = process.SeenAt.AddMinutes(-5) });
        (await DoctorExam.RunAsync(_fleet.Workspace, "--only", "queues")).ShouldFind("queues.missing");
        _fleet.Workspace.Environment["FLEET__RABBITMQ__PREFIX"] = _fleet.Prefix;
        await SayAsync(process => process with { StartedAt = process.SeenAt.AddMinutes(-5) });
        (await DoctorExam.RunAsync(_fleet.Workspace, "--only", "queues"))
            .ShouldFind("queues.unattended").ShouldSay("queues.unattended", "live by their heartbeats");
    }

    private Task<Guid> SubmitAsync(string source) => _fleet.SubmitAsync(source, "--agent", "stuck", "--prompt", "{{n}}");

    /// <summary>Writes a heartbeat as a worker would.</summary>
    private async Task SayAsync(Func<WorkerRecord, WorkerRecord> change)
    {
        await using var store = _fleet.OpenStore();
        var now = TimeProvider.System.GetUtcNow();
        await store.Workers.PutAsync(
            change(new WorkerRecord
            {
                Id = "elsewhere/2/b",
                Host = "elsewhere",
                Version = "0.1.0",
                Roles = [FleetRole.Worker],
                StartedAt = now,
                // The test is to find it alive, however slow the machine.
                SeenAt = now.AddMinutes(1),
                Status = WorkerStatus.Running,
                Concurrency = 25,
                Capacity = 25,
            }),
            CancellationToken.None);
    }

    private async Task ScheduleAsync(DateTimeOffset dueAt, Guid batch)
    {
        await using var store = _fleet.OpenStore();
        await store.Schedule.PutAsync(new("test/overdue", batch, dueAt, "batches", "RedriveBatch", "{}"), CancellationToken.None);
    }

    private async Task UnsayAsync(string id)
    {
        await using var store = _fleet.OpenStore();
        await store.Workers.RemoveAsync(id, CancellationToken.None);
    }

    /// <summary>Until the first row is begun, and its worker has been seen after that.</summary>
    private async Task WaitForRowsInFlightAsync(Guid batch)
    {
        await using var store = _fleet.OpenStore();
        await Wait.UntilAsync(async () => (await store.ReadEventsAsync(batch, 0)).Count > 0, "the first row to be begun");
        var begun = (await store.ReadEventsAsync(batch, 0))[0].At;
        await Wait.UntilAsync(
            async () => (await store.Workers.ListAsync(begun, CancellationToken.None))
                .Any(process => process.SeenAt > begun && process.InFlight > 0),
            "the worker's next word");
    }

    private async Task WaitUntilNotSeenAsync(string role)
    {
        await using var store = _fleet.OpenStore();
        await Wait.UntilAsync(
            async () => !(await store.Workers.ListAsync(TimeProvider.System.GetUtcNow() - LiveWorkers.GoneAfter, CancellationToken.None))
                .Any(process => process.Roles.Contains(role)),
            $"no {role} to be seen");
    }

    private async Task PublishDeadLettersAsync()
    {
        await using var connection = await broker.ConnectAsync(CancellationToken.None);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        for (var letter = 0; letter < ManyDeadLetters; letter++)
            await channel.BasicPublishAsync("", $"{_fleet.Prefix}dead-letter", Encoding.UTF8.GetBytes("{}"));
    }
}
