using System.Collections.Concurrent;
using MassTransit;
using MassTransit.Middleware;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.AmazonSqs.Sending;

/// <summary>
/// The client of a bus and the queues it uses. The host stops it last, after all receive endpoints; what is still to be
/// sent or deleted goes out before it ends.
/// </summary>
internal sealed class SqsConnection : Agent
{
    private readonly QueueDeclarer _declarer;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Lazy<Task<SqsQueue>>> _queuesByName = new(StringComparer.Ordinal);

    /// <summary>
    /// One object for each queue, also when it was looked up anew: what waits in it is sent together.
    /// </summary>
    private readonly ConcurrentDictionary<string, Lazy<SqsQueue>> _queuesByUrl = new(StringComparer.Ordinal);

    public SqsConnection(ISqsClient client, QueueDeclarer declarer, TimeProvider time)
    {
        Client = client;
        _declarer = declarer;
        _time = time;
        SetReady();
    }

    public ISqsClient Client { get; }

    public bool IsClosed => IsStopping;

    /// <summary>Creates the queue if it is missing; remembers where it is.</summary>
    public Task<SqsQueue> DeclareAsync(QueueSettings settings, CancellationToken cancellationToken) =>
        GetAsync(settings.Name, stopping => _declarer.DeclareAsync(settings, stopping), cancellationToken);

    /// <summary>
    /// For a queue that somebody else makes, and that is pointless to create because nobody would read it.
    /// </summary>
    /// <exception cref="ConnectionException">It is missing.</exception>
    public Task<SqsQueue> FindAsync(string queueName, CancellationToken cancellationToken) =>
        GetAsync(
            queueName,
            async stopping => await _declarer.FindAsync(queueName, stopping) ?? throw new ConnectionException(
                $"Amazon SQS: the temporary queue '{queueName}' is gone, and whoever waited for the message with it."),
            cancellationToken);

    /// <summary>
    /// Looks the queue up again when it is needed next. Nothing else is to be done when a queue was deleted.
    /// </summary>
    public void Forget(string queueName) => _queuesByName.TryRemove(queueName, out _);

    /// <summary>Sends; if the queue was deleted meanwhile, to the one that is there now or is created.</summary>
    /// <param name="getQueue">As above.</param>
    /// <param name="queueName">The queue.</param>
    /// <param name="entry">The message.</param>
    /// <param name="cancellationToken">Cancels what is not under way yet.</param>
    public async Task SendAsync(
        Func<CancellationToken, Task<SqsQueue>> getQueue, string queueName, SendMessageBatchRequestEntry entry,
        CancellationToken cancellationToken)
    {
        try
        {
            var queue = await getQueue(cancellationToken);
            await queue.SendAsync(entry, cancellationToken);
        }
        catch (SqsException exception) when (exception.IsQueueMissing)
        {
            Forget(queueName);
            var queue = await getQueue(cancellationToken);
            await queue.SendAsync(entry, cancellationToken);
        }
    }

    public async Task DeleteQueueAsync(string queueName, CancellationToken cancellationToken)
    {
        if (_queuesByName.TryRemove(queueName, out var queue))
            await Client.DeleteQueueAsync((await queue.Value).Url, cancellationToken);
    }

    protected override async Task StopAgent(StopContext context)
    {
        foreach (var queue in _queuesByUrl.Values)
            await queue.Value.DisposeAsync();
        Client.Dispose();
        await base.StopAgent(context);
    }

    private async Task<SqsQueue> GetAsync(
        string queueName, Func<CancellationToken, Task<string>> findUrl, CancellationToken cancellationToken)
    {
        // Shared by all who wait for it, so that it does not end with the first one who gives up.
        var entry = _queuesByName.GetOrAdd(queueName, _ => new(async () => OfUrl(await findUrl(Stopping))));
        try
        {
            return await entry.Value.WaitAsync(cancellationToken);
        }
        catch when (entry.Value.IsFaulted || entry.Value.IsCanceled)
        {
            _queuesByName.TryRemove(KeyValuePair.Create(queueName, entry));
            throw;
        }
    }

    private SqsQueue OfUrl(string url) =>
        _queuesByUrl.GetOrAdd(url, key => new(() => new SqsQueue(Client, key, new SqsQueueOptions(), _time))).Value;
}
