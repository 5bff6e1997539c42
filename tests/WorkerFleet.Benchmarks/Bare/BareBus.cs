using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Items;

namespace WorkerFleet.Benchmarks.Bare;

/// <summary>What the fleet is measured against: MassTransit's in-memory bus alone, with the same messages.</summary>
internal static class BareBus
{
    /// <summary>Sends and consumes so many items, and prints the seconds it took. Runs in a process of its own.</summary>
    public static async Task<int> RunAsync(int items)
    {
        var counter = new Counter(items);
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(counter)
            .AddMassTransit(bus =>
            {
                bus.DisableUsageTelemetry();
                bus.AddConsumer<CountingConsumer>();
                bus.UsingInMemory((context, configurator) => configurator.ReceiveEndpoint("items", endpoint =>
                {
                    endpoint.PrefetchCount = Measures.ThroughputConcurrency;
                    endpoint.ConcurrentMessageLimit = Measures.ThroughputConcurrency;
                    endpoint.ConfigureConsumer<CountingConsumer>(context);
                }));
            })
            .BuildServiceProvider();
        var control = services.GetRequiredService<IBusControl>();
        await control.StartAsync();
        var endpoint = await control.GetSendEndpoint(new Uri("queue:items"));

        var watch = Stopwatch.StartNew();
        var batchId = Guid.CreateVersion7();
        for (var from = 0; from < items; from += 256)
        {
            var messages = Enumerable.Range(from, Math.Min(256, items - from))
                .Select(row => new ProcessBatchItem(batchId, row, 1, "echo", Input(row), row / 256));
            await endpoint.SendBatch(messages);
        }

        await counter.Done.Task;
        Console.WriteLine(watch.Elapsed.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        await control.StopAsync();
        return 0;
    }

    private static JsonElement Input(int row)
    {
        using var document = JsonDocument.Parse(
            $$"""{"messages":[{"role":"user","content":"{{SampleRows.PromptOf(row)}}"}]}""");
        return document.RootElement.Clone();
    }

    private sealed class Counter(int expected)
    {
        private int _left = expected;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Count()
        {
            if (Interlocked.Decrement(ref _left) == 0)
                Done.SetResult();
        }
    }

    private sealed class CountingConsumer(Counter counter) : IConsumer<ProcessBatchItem>
    {
        public Task Consume(ConsumeContext<ProcessBatchItem> context)
        {
            counter.Count();
            return Task.CompletedTask;
        }
    }
}
