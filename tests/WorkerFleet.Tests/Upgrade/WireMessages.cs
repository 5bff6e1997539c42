using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.Serialization;
using WorkerFleet.Messaging;

namespace WorkerFleet.Tests.Upgrade;

/// <summary>Messages as they travel: in MassTransit's envelope, which is the same on RabbitMQ, SQS and in memory.</summary>
internal static class WireMessages
{
    /// <summary>Sends a message, and returns what arrives.</summary>
    public static async Task<JsonNode> SendAsync(object message)
    {
        var arrived = new Arrivals();
        var bus = Bus.Factory.CreateUsingInMemory(configurator =>
        {
            configurator.UseCompactJson();
            configurator.ReceiveEndpoint("queue", _ => { });
        });
        bus.ConnectReceiveObserver(arrived);
        await bus.StartAsync();
        try
        {
            var endpoint = await bus.GetSendEndpoint(new Uri("queue:queue"));
            await endpoint.Send(message, message.GetType(), Pipe.Execute<SendContext>(context =>
            {
                context.MessageId = new Guid("01931f80-0000-7000-8000-000000000001");
                context.ConversationId = context.MessageId;
                // Only in what the fleet looks at: not which machine recorded this.
                context.SourceAddress = null;
            }));
            return WithoutHost(JsonNode.Parse(await arrived.First)!);
        }
        finally
        {
            await bus.StopAsync();
        }
    }

    /// <summary>The message in an envelope, as JSON that this version writes of what it has read.</summary>
    public static JsonNode? Read(JsonNode envelope, Type type) => Write(ReadObject(envelope, type), type);

    public static object ReadObject(JsonNode envelope, Type type)
    {
        var context = SystemTextJsonMessageSerializer.Instance.Deserialize(
            new StringMessageBody(envelope.ToJsonString()), new DictionarySendHeaders());
        Assert.True(context.TryGetMessage(type, out var message), $"{type} is not what the envelope says it holds");
        return message;
    }

    public static JsonNode? Write(object message, Type type) =>
        System.Text.Json.JsonSerializer.SerializeToNode(message, type, SystemTextJsonMessageSerializer.Options);

    private static JsonNode WithoutHost(JsonNode envelope)
    {
        envelope.AsObject().Remove("host");
        envelope["sentTime"] = "2026-11-28T12:00:00Z";
        return envelope;
    }

    private sealed class Arrivals : IReceiveObserver
    {
        private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> First => _first.Task.WaitAsync(TimeSpan.FromMinutes(1));

        public Task PreReceive(ReceiveContext context)
        {
            _first.TrySetResult(context.Body.GetString());
            return Task.CompletedTask;
        }

        public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

        public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
            where T : class => Task.CompletedTask;

        public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
            where T : class => Task.CompletedTask;

        public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
    }
}
