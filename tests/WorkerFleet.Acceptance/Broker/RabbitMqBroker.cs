using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace WorkerFleet.Acceptance.Broker;

/// <summary>
/// A real RabbitMQ for the tests of a collection: the one named by <see cref="AddressVariable"/>, or a private node of
/// this machine's <c>rabbitmq-server</c>, or a container. What was started ends with the tests, however they end.
/// </summary>
public sealed class RabbitMqBroker : IAsyncLifetime, IDisposable
{
    /// <summary>Environment variable with the address of a broker to use, such as <c>amqp://user:password@host:5672/</c>.</summary>
    public const string AddressVariable = "WORKERFLEET_TEST_RABBITMQ";

    /// <summary>Far beyond what a start takes (10 s on two busy cores); a container's image may have to be loaded.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _oneAtATime = new(1);
    private IBrokerNode? _node;
    private IConnection? _connection;

    /// <summary>Address with credentials, as for <c>Fleet:Broker</c>. Stays the same when the broker is restarted.</summary>
    public Uri Uri { get; private set; } = null!;

    /// <summary>Null for a broker that is not a node of this machine's: only there is a certificate at hand.</summary>
    internal BrokerTls? Tls => (_node as LocalNode)?.Tls;

    /// <summary>A prefix for the names of a test's queues that no other test has.</summary>
    public static string NewPrefix() => $"test-{Guid.CreateVersion7().ToString("N")[^8..]}-";

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        if (Environment.GetEnvironmentVariable(AddressVariable) is { Length: > 0 } address)
        {
            Uri = new Uri(address);
            await ConnectAsync(limit.Token);
            return;
        }
        _node = LocalNode.Find() ?? await ContainerNode.FindAsync(limit.Token) as IBrokerNode
            ?? throw new InvalidOperationException(
                "These tests need a RabbitMQ. Install one (`apt-get install rabbitmq-server` on Debian; it need not run), " +
                $"or start Docker, or name a broker in {AddressVariable}, such as amqp://guest:guest@localhost:5672/.");
        Uri = _node.Uri;
        await StartAsync(limit.Token);
    }

    public async Task DisposeAsync()
    {
        await DisconnectAsync();
        if (_node is not null)
            await _node.DisposeAsync();
    }

    public void Dispose() => _oneAtATime.Dispose();

    /// <summary>Has the broker shut down in order and starts it again, on the same address and data.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        var node = OwnNode();
        await DisconnectAsync();
        await node.StopAsync(cancellationToken);
        await StartAsync(cancellationToken);
    }

    /// <summary>
    /// Kills the broker, as <c>kill -9</c> does, and starts it again, on the same address and data. What queues there are
    /// is written down before: RabbitMQ does that minutes late, and a quorum queue that it does not find in its own
    /// register (name_not_registered in its log) comes back empty and without a leader, whatever its clients do.
    /// </summary>
    public async Task KillAndStartAsync(CancellationToken cancellationToken)
    {
        var node = OwnNode();
        await node.ControlAsync(["eval", "[dets:sync(Table) || Table <- dets:all()]."], cancellationToken);
        await node.KillAsync(cancellationToken);
        await DisconnectAsync();
        await StartAsync(cancellationToken);
    }

    /// <summary>All queues whose name begins so, by name. Takes about a second.</summary>
    public async Task<IReadOnlyList<QueueInfo>> ListQueuesAsync(string prefix, CancellationToken cancellationToken) =>
    [
        .. QueueList.Parse(await OwnNode().ControlAsync(QueueList.Command, cancellationToken))
            .Where(queue => queue.Name.StartsWith(prefix, StringComparison.Ordinal)),
    ];

    /// <summary>Messages of a queue that are ready to be delivered, exactly; null when there is no such queue.</summary>
    public async Task<long?> CountAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            return await OnChannelAsync(
                async channel => (long)await channel.MessageCountAsync(queue, cancellationToken), cancellationToken);
        }
        catch (OperationInterruptedException exception) when (IsNotFound(exception))
        {
            return null;
        }
    }

    /// <summary>Deletes all queues whose name begins so, with the messages in them and those that consumers hold.</summary>
    /// <returns>The names of the queues that were deleted.</returns>
    public async Task<IReadOnlyList<string>> PurgeAndDeleteQueuesAsync(string prefix, CancellationToken cancellationToken)
    {
        var names = (await ListQueuesAsync(prefix, cancellationToken)).Select(queue => queue.Name).ToList();
        await OnChannelAsync(
            async channel =>
            {
                // First all that is waiting, so that nothing of it is delivered while other queues are deleted.
                foreach (var name in names)
                    await channel.QueuePurgeAsync(name, cancellationToken);
                foreach (var name in names)
                    await channel.QueueDeleteAsync(name, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);
                return names.Count;
            },
            cancellationToken);
        return names;
    }

    /// <summary>Adds a user of the default virtual host.</summary>
    /// <param name="name">A new one's; the password is the same.</param>
    /// <param name="read">Pattern of what it may read. It may neither configure nor write anything.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task AddReaderAsync(string name, string read, CancellationToken cancellationToken)
    {
        await OwnNode().ControlAsync(["add_user", name, name], cancellationToken);
        await OwnNode().ControlAsync(["set_permissions", "-p", "/", name, "^$", "^$", read], cancellationToken);
    }

    /// <summary>Connects to it, as the tests' own client.</summary>
    public Task<IConnection> ConnectAsync(CancellationToken cancellationToken) =>
        new ConnectionFactory { Uri = Uri, AutomaticRecoveryEnabled = false, ClientProvidedName = "tests" }
            .CreateConnectionAsync(cancellationToken);

    private static bool IsNotFound(OperationInterruptedException exception) =>
        exception.ShutdownReason?.ReplyCode == Constants.NotFound;

    private IBrokerNode OwnNode() => _node ?? throw new InvalidOperationException(
        $"This test lists the broker's queues or restarts it, which it only does with one that it started itself: " +
        $"unset {AddressVariable}, and install rabbitmq-server or start Docker.");

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var node = OwnNode();
        await node.StartAsync(cancellationToken);
        using var timer = new PeriodicTimer(RetryInterval);
        while (true)
        {
            node.EnsureRunning();
            try
            {
                await using var connection = await ConnectAsync(cancellationToken);
                return;
            }
            catch (BrokerUnreachableException)
            {
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    private async Task<T> OnChannelAsync<T>(Func<IChannel, Task<T>> use, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            if (_connection is not { IsOpen: true })
            {
                await DisconnectAsync();
                _connection = await ConnectAsync(cancellationToken);
            }
            await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancellationToken);
            return await use(channel);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task DisconnectAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connection = null;
    }
}
