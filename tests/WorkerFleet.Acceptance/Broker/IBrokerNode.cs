namespace WorkerFleet.Acceptance.Broker;

/// <summary>A RabbitMQ server that is the tests' own: to be stopped, killed and started again on the same address and data.</summary>
internal interface IBrokerNode : IAsyncDisposable
{
    /// <summary>Where it listens once it runs.</summary>
    Uri Uri { get; }

    /// <summary>Starts the server. Returns before it listens.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Has it shut down in order. Returns once it is gone.</summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>As <c>kill -9</c> does. Returns once it is gone.</summary>
    Task KillAsync(CancellationToken cancellationToken);

    /// <summary>Fails, with the end of its log, when the server ended by itself.</summary>
    void EnsureRunning();

    /// <summary>Asks the server by <c>rabbitmqctl</c>.</summary>
    /// <returns>What it answered.</returns>
    Task<string> ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken);
}
