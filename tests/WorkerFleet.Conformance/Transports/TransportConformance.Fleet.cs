using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Scheduling;
using WorkerFleet.Sqlite;

namespace WorkerFleet.Conformance.Transports;

/// <summary>What the fleet does in the same way on every transport, whatever that could do by itself: delays and priorities.</summary>
public abstract partial class TransportConformance
{
    [Fact]
    public async Task Delay_ByTheFleetsSchedule_DeliversEachOnceAndNoneTooEarly()
    {
        const int messages = 40;
        var inbox = new Inbox();
        var due = Enumerable.Range(0, messages).ToDictionary(
            _ => Guid.CreateVersion7(), number => TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(50 * number));
        var folder = Directory.CreateTempSubdirectory("fleet-schedule-").FullName;
        await using var store = new ServiceCollection().AddLogging().AddSqliteStore(folder).BuildServiceProvider();
        await using var bus = await TransportBus.StartAsync(Transport, (_, configurator) =>
            configurator.ReceiveEndpoint(Queue("later"), endpoint => endpoint.Handler<PauseBatch>(context =>
            {
                var early = due[context.Message.BatchId] - TimeProvider.System.GetUtcNow();
                inbox.Add(early > TimeSpan.Zero ? $"{context.Message.BatchId} came {early} early" : $"{context.Message.BatchId}");
                return Task.CompletedTask;
            })));
        var schedule = store.GetRequiredService<ISchedule>();
        foreach (var (id, dueAt) in due)
            await schedule.PutAsync(
                ScheduledMessages.Create($"later/{id:N}", id, dueAt, Queue("later"), new PauseBatch(id)), CancellationToken.None);

        using var sweeper = new ScheduleSweeper(
            schedule, new(bus.Bus), new() { All = true }, TimeProvider.System, NullLogger<ScheduleSweeper>.Instance);
        await sweeper.StartAsync(CancellationToken.None);

        await inbox.HoldsAsync([.. due.Keys.Select(id => $"{id}")]);
        await Inbox.WaitUntilAsync(
            async () => await schedule.CountAsync(messages, CancellationToken.None) == 0, () => "an empty schedule");
        await sweeper.StopAsync(CancellationToken.None);
        Assert.Equal(messages, inbox.Count);
        await store.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Priority_ByQueuesOfTheirOwn_IsNotHeldUpByWhatIsLess()
    {
        const int low = 300, high = 20, prefetch = 10;
        var (begun, urgent) = (new Inbox(), new Inbox());
        var release = new TaskCompletionSource();
        await using var bus = await TransportBus.StartAsync(Transport, (_, configurator) =>
        {
            configurator.ReceiveEndpoint(Queue("items-low"), endpoint =>
            {
                endpoint.PrefetchCount = prefetch;
                endpoint.Handler<Numbered>(async context =>
                {
                    begun.Add($"{context.Message.Number}");
                    await release.Task;
                });
            });
            configurator.ReceiveEndpoint(Queue("items-high"), endpoint =>
            {
                endpoint.PrefetchCount = prefetch;
                endpoint.Handler<Numbered>(context =>
                {
                    urgent.Add($"{context.Message.Number}");
                    return Task.CompletedTask;
                });
            });
        });
        await Task.WhenAll(Enumerable.Range(0, low).Select(number => bus.SendAsync(Queue("items-low"), new Numbered(number))));
        await begun.CountsAsync(prefetch);

        await Task.WhenAll(Enumerable.Range(0, high).Select(number => bus.SendAsync(Queue("items-high"), new Numbered(number))));

        await urgent.HoldsAsync([.. Enumerable.Range(0, high).Select(number => $"{number}")]);
        Assert.Equal(prefetch, begun.Count);
        release.SetResult();
        await begun.CountsAsync(low);
    }
}
