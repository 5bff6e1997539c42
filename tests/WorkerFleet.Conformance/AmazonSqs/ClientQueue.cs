using Amazon.Runtime;
using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.Conformance.AmazonSqs;

/// <summary>A client of its own and a new queue, for one test.</summary>
internal sealed class ClientQueue : IAsyncDisposable
{
    private ClientQueue(SqsClient client, string url)
    {
        (Client, Url) = (client, url);
        Queue = new SqsQueue(client, url, new(), TimeProvider.System);
    }

    public SqsClient Client { get; }

    public SqsQueue Queue { get; }

    public string Url { get; }

    /// <param name="endpoint">Of SQS, or of what stands before it.</param>
    /// <param name="visibilityTimeout">Of what is received, in seconds.</param>
    public static async Task<ClientQueue> CreateAsync(Uri endpoint, int visibilityTimeout = 30)
    {
        var client = ClientOf(endpoint);
        var name = $"queue-{Guid.CreateVersion7():N}";
        return new ClientQueue(client, await client.CreateQueueAsync(
            new()
            {
                QueueName = name,
                Attributes = new Dictionary<string, string> { ["VisibilityTimeout"] = $"{visibilityTimeout}" },
                Tags = new Dictionary<string, string> { ["made-by"] = "test" },
            },
            CancellationToken.None));
    }

    public static SqsClient ClientOf(Uri endpoint) => new(
        new BasicAWSCredentials("test", "test"),
        new() { Region = "eu-central-1", ServiceUrl = endpoint, RetryDelay = TimeSpan.FromMilliseconds(10) },
            TimeProvider.System);

    public Task<IReadOnlyList<SqsMessage>> ReceiveAsync(int waitSeconds = 5) => Client.ReceiveMessageAsync(
        new() { QueueUrl = Url, WaitTimeSeconds = waitSeconds }, CancellationToken.None);

    public async Task<string> AttributeAsync(string name) =>
        (await Client.GetQueueAttributesAsync(Url, [name], CancellationToken.None))[name];

    public async ValueTask DisposeAsync()
    {
        await Queue.DisposeAsync();
        Client.Dispose();
    }
}
