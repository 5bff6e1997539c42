using WorkerFleet.Workers;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every register of processes does.</summary>
public abstract class WorkerRegistryConformance : StoreSuite
{
    private IWorkerRegistry Registry => Get<IWorkerRegistry>();

    [Fact]
    public async Task Put_Worker_IsListedEverywhereWithAllItsFields()
    {
        var worker = Worker("a", 1) with
        {
            Note = "Memory is short: 91% of 512 MiB",
            AgentNotes = ["agent 'slow' is called less"],
            AgentLevels = new Dictionary<string, double> { ["slow"] = 0.25 },
            Activity = [new(Guid.CreateVersion7(), 12, new Dictionary<int, int> { [0] = 3, [27] = 4 })],
        };

        await Registry.PutAsync(worker, Token);

        var listed = Assert.Single(await Elsewhere().ListAsync(Noon, Token));
        Assert.Equal(["worker", "orchestrator"], listed.Roles);
        Assert.Equal(worker.Batches, listed.Batches);
        Assert.Equal(worker.AgentNotes, listed.AgentNotes);
        Assert.Equal(worker.AgentLevels, listed.AgentLevels);
        var activity = Assert.Single(listed.Activity);
        Assert.Equal(worker.Activity[0].Latencies, activity.Latencies);
        Assert.Equal(worker.Activity[0], activity with { Latencies = worker.Activity[0].Latencies });
        Assert.Equal(worker, listed with
        {
            Roles = worker.Roles, Batches = worker.Batches, AgentNotes = worker.AgentNotes, AgentLevels = worker.AgentLevels,
            Activity = worker.Activity,
        });
    }

    [Fact]
    public async Task Put_WorkerWithoutOptionalFields_CanBeRead()
    {
        var worker = Worker("a", 1) with { Roles = [], Batches = [], Note = null };

        await Registry.PutAsync(worker, Token);

        var listed = Assert.Single(await Registry.ListAsync(Noon, Token));
        Assert.Null(listed.Note);
        Assert.Empty(listed.Roles);
        Assert.Empty(listed.Batches);
    }

    [Fact]
    public async Task Put_SameWorkerAgain_ReplacesWhatItSaid()
    {
        await Registry.PutAsync(Worker("a", 1) with { InFlight = 3, Note = "pressed" }, Token);
        await Registry.PutAsync(Worker("a", 2) with { InFlight = 5, Status = WorkerStatus.Draining }, Token);

        var listed = Assert.Single(await Registry.ListAsync(Noon, Token));
        Assert.Equal((5, WorkerStatus.Draining, null), (listed.InFlight, listed.Status, listed.Note));
        Assert.Equal(Noon.AddSeconds(2), listed.SeenAt);
    }

    [Fact]
    public async Task List_SinceAnInstant_GivesThoseSeenAtItOrLaterById()
    {
        foreach (var (id, second) in new[] { ("c", 9), ("a", 10), ("d", 11), ("B", 12) })
            await Registry.PutAsync(Worker(id, second), Token);

        var listed = await Registry.ListAsync(Noon.AddSeconds(10), Token);

        Assert.Equal(["B", "a", "d"], listed.Select(worker => worker.Id));
    }

    [Fact]
    public async Task Remove_Worker_LeavesTheOthersAndCanBeRepeated()
    {
        await Registry.PutAsync(Worker("a", 1), Token);
        await Registry.PutAsync(Worker("b", 1), Token);

        await Registry.RemoveAsync("a", Token);
        await Registry.RemoveAsync("a", Token);

        Assert.Equal("b", Assert.Single(await Registry.ListAsync(Noon, Token)).Id);
    }

    [Fact]
    public async Task RemoveBefore_Instant_RemovesThoseLastSeenBefore()
    {
        await Registry.PutAsync(Worker("gone", 1), Token);
        await Registry.PutAsync(Worker("back", 1), Token);
        await Registry.PutAsync(Worker("back", 8), Token);
        await Registry.PutAsync(Worker("edge", 5), Token);

        await Registry.RemoveBeforeAsync(Noon.AddSeconds(5), Token);

        Assert.Equal(["back", "edge"], (await Registry.ListAsync(Noon, Token)).Select(worker => worker.Id));
    }

    private IWorkerRegistry Elsewhere() => (IWorkerRegistry)OpenAgain().GetService(typeof(IWorkerRegistry))!;

    private static WorkerRecord Worker(string id, int second) => new()
    {
        Id = id,
        Host = "röck-1",
        Version = "0.3.0",
        Roles = ["worker", "orchestrator"],
        StartedAt = Noon.AddHours(-1),
        SeenAt = Noon.AddSeconds(second),
        Status = WorkerStatus.Pressed,
        InFlight = 7,
        Capacity = 20,
        Concurrency = 25,
        ItemsPerSecond = 124.5,
        MemoryBytes = 5_000_000_000,
        MemoryLimitBytes = 8_000_000_000,
        Cpu = 0.75,
        Batches = [Guid.Parse("019aa000-0000-7000-8000-000000000001")],
    };
}
