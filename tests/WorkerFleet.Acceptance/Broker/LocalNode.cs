using System.Diagnostics;
using System.Globalization;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Acceptance.Broker;

/// <summary>
/// The machine's <c>rabbitmq-server</c> as a node that shares nothing with any other: ports, data, cookie, port mapper
/// (epmd), and configuration are its own. Any user can run it.
/// </summary>
internal sealed class LocalNode : IBrokerNode
{
    /// <summary>
    /// Runs the port mapper and the server until the server ends, or standard input does. The server is told to die with
    /// this shell too, should somebody kill it. Standard input is moved away, so that nobody else holds it open.
    /// </summary>
    private const string Script = """
        exec 3<&0 </dev/null 2>/dev/null
        setpriv --pdeathsig KILL epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 3<&- >/dev/null 2>&1 &
        epmd=$!
        setpriv --pdeathsig KILL "$1" 3<&- >>"$2" 2>&1 &
        node=$!
        echo "$node"
        { setpriv --pdeathsig KILL cat <&3 >/dev/null; kill -TERM "$node"; } &
        watch=$!
        exec 3<&-
        wait "$node"
        kill "$watch" "$epmd"
        wait "$epmd"
        """;

    /// <summary>Where Debian's packages put the programs themselves; those on the PATH there insist on one user.</summary>
    private const string PackageFolder = "/usr/lib/rabbitmq/bin";

    private const int LogLines = 30;

    private readonly string _programs;
    private readonly string _folder = Directory.CreateTempSubdirectory("fleet-rabbitmq-").FullName;
    private readonly Dictionary<string, string> _environment;
    private Supervisor? _supervisor;
    private int _processId;

    private LocalNode(string programs)
    {
        _programs = programs;
        var port = LoopbackPorts.Free();
        Uri = new Uri($"amqp://guest:guest@127.0.0.1:{port}/");
        _environment = EnvironmentOf(port);
        Tls = BrokerTls.Create(_folder);
        WriteConfiguration();
    }

    public Uri Uri { get; }

    public BrokerTls Tls { get; }

    private string StartLog => Path.Combine(_folder, "start.log");

    /// <returns>Null where there is no <c>rabbitmq-server</c>, or not what it takes to end it with the tests.</returns>
    public static LocalNode? Find()
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var programs = Array.Find([PackageFolder, .. onPath], folder => HasProgram(folder, "rabbitmq-server"));
        var supported = Array.Exists(onPath, folder => HasProgram(folder, "epmd"))
            && Array.Exists(onPath, folder => HasProgram(folder, "setpriv"));
        return programs is null || !supported ? null : new LocalNode(programs);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _supervisor = Supervisor.Start(Script, _environment, [Path.Combine(_programs, "rabbitmq-server"), StartLog]);
        var line = await _supervisor.ReadLineAsync(cancellationToken);
        _processId = int.Parse(line ?? throw Failure(), CultureInfo.InvariantCulture);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_supervisor is not { } supervisor)
            return;
        await supervisor.StopAsync(cancellationToken);
        supervisor.Dispose();
        _supervisor = null;
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        EnsureRunning();
        using (var node = Process.GetProcessById(_processId))
            node.Kill();
        await _supervisor!.WaitAsync(cancellationToken);
        _supervisor.Dispose();
        _supervisor = null;
    }

    public void EnsureRunning()
    {
        if (_supervisor is null or { HasExited: true })
            throw Failure();
    }

    public Task<string> ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        ChildProcess.RunAsync(Path.Combine(_programs, "rabbitmqctl"), arguments, _environment, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    private static bool HasProgram(string folder, string name) => File.Exists(Path.Combine(folder, name));

    private InvalidOperationException Failure() =>
        new($"rabbitmq-server does not run. The end of its log:\n{string.Join('\n', EndOfLog())}");

    private IEnumerable<string> EndOfLog() =>
        File.Exists(StartLog) ? File.ReadLines(StartLog).TakeLast(LogLines) : ["(none)"];

    private Dictionary<string, string> EnvironmentOf(int port) => new()
    {
        // Erlang keeps the cookie that lets nodes talk in the user's home.
        ["HOME"] = _folder,
        ["RABBITMQ_NODENAME"] = $"fleet-{port}@localhost",
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = port.ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_DIST_PORT"] = LoopbackPorts.Free().ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_PORT"] = LoopbackPorts.Free().ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
        ["RABBITMQ_CTL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
        ["RABBITMQ_PID_FILE"] = Path.Combine(_folder, "pid"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq"),
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(_folder, "advanced.config"),
        ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(_folder, "rabbitmq-env.conf"),
        ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(_folder, "config"),
        ["RABBITMQ_SCHEMA_DIR"] = Path.Combine(_folder, "schema"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "enabled_plugins"),
        // Has the start script become the server, so that it is the server that gets the signals.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
    };

    private void WriteConfiguration()
    {
        // Defaults are for machines of a broker's own: 50 MB of disk to spare, and 512 MB of memory for a log.
        Write("rabbitmq.conf", $"""
            disk_free_limit.absolute = 10MB
            vm_memory_high_watermark.absolute = 1GB
            raft.wal_max_size_bytes = 67108864
            {Tls.Configuration}
            """);
        // How often quorum queues tell their numbers; 5 s otherwise.
        Write("advanced.config", "[{rabbit, [{quorum_tick_interval, 1000}]}].");
        Write("rabbitmq-env.conf", "");
        Write("enabled_plugins", "[].");
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text + "\n");
}
