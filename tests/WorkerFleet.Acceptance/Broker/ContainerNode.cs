using System.Globalization;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Acceptance.Broker;

/// <summary>A RabbitMQ container, where Docker answers.</summary>
internal sealed class ContainerNode : IBrokerNode
{
    private const string Image = "rabbitmq:4";

    /// <summary>Holds the container until standard input ends.</summary>
    private const string Script = """
        cat >/dev/null
        exec docker rm --force --volumes "$1" >/dev/null 2>&1
        """;

    private static readonly Dictionary<string, string> SameEnvironment = [];

    private readonly string _name = $"fleet-test-{Guid.CreateVersion7():N}";
    private readonly int _port = LoopbackPorts.Free();
    private Supervisor? _supervisor;

    private ContainerNode()
    {
    }

    public Uri Uri => new($"amqp://guest:guest@127.0.0.1:{_port}/");

    /// <returns>Null where Docker does not answer.</returns>
    public static async Task<ContainerNode?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DockerAsync(["info"], cancellationToken);
            return new ContainerNode();
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_supervisor is not null)
        {
            await DockerAsync(["start", _name], cancellationToken);
            return;
        }
        _supervisor = Supervisor.Start(Script, SameEnvironment, [_name]);
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}:5672");
        // The data is kept under the node's name, which comes from the host's.
        await DockerAsync(
            ["run", "--detach", "--name", _name, "--hostname", "rabbitmq", "--publish", address, Image], cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => DockerAsync(["stop", _name], cancellationToken);

    public Task KillAsync(CancellationToken cancellationToken) => DockerAsync(["kill", _name], cancellationToken);

    public void EnsureRunning()
    {
        if (_supervisor is null or { HasExited: true })
            throw new InvalidOperationException($"The container {_name} does not run.");
    }

    public Task<string> ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        DockerAsync(["exec", _name, "rabbitmqctl", .. arguments], cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_supervisor is null)
            return;
        await _supervisor.StopAsync(CancellationToken.None);
        _supervisor.Dispose();
    }

    private static Task<string> DockerAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        ChildProcess.RunAsync("docker", arguments, SameEnvironment, cancellationToken);
}
