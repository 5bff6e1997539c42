using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Items;
using WorkerFleet.Messaging;

namespace WorkerFleet.Benchmarks.Bare;

/// <summary>What the fleet is measured against: MassTransit alone, in memory or on a broker, with the same messages.</summary>
internal static class BareBus
{
    /// <summary>Where the broker's address would be: in memory, without MassTransit's envelope, as the fleet sends its items.</summary>
    public const string WithoutEnvelope = "without-envelope";

    /// <summary>Sends and consumes so many items, and prints the seconds it took. Runs in a process of its own.</summary>
    /// <param name="items">How many.</param>
    /// <param name="broker">Address of RabbitMQ; null or <see cref="WithoutEnvelope"/>: in memory.</param>
    public static async Task<int> RunAsync(int items, string? broker)
    {
        var inMemory = broker is null or WithoutEnvelope;
        var queue = inMemory ? "items" : $"bare-{Guid.CreateVersion7():N}";
        var counter = new Counter(items);
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(counter)
            .AddMassTransit(bus =>
            {
                bus.DisableUsageTelemetry();
                bus.AddConsumer<CountingConsumer>();
                if (inMemory)
                    bus.UsingInMemory((context, configurator) =>
                    {
                        if (broker is WithoutEnvelope)
                        {
                            configurator.UseCompactJson();
                            configurator.SendItemsBare();
                        }

                        configurator.ReceiveEndpoint(queue, endpoint => Configure(endpoint, context));
                    });
                else
                    bus.UsingRabbitMq((context, configurator) =>
                    {
                        configurator.Host(new Uri(broker!));
                        configurator.ReceiveEndpoint(queue, endpoint =>
                        {
                            endpoint.SetQuorumQueue();
                            Configure(endpoint, context);
                        });
                    });
            })
            .BuildServiceProvider();
        var control = services.GetRequiredService<IBusControl>();
        await control.StartAsync();
        var endpoint = await control.GetSendEndpoint(new Uri($"{(inMemory ? "queue" : "exchange")}:{queue}"));

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

    private static void Configure(IReceiveEndpointConfigurator endpoint, IRegistrationContext context)
    {
        endpoint.PrefetchCount = Measures.ThroughputConcurrency;
        endpoint.ConcurrentMessageLimit = Measures.ThroughputConcurrency;
        endpoint.ConfigureConsumer<CountingConsumer>(context);
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
