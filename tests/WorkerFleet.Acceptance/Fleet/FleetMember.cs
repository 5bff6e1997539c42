using System.Diagnostics;
using System.Globalization;
using WorkerFleet.Acceptance.Processes;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>
/// An orchestrator or a worker of a <see cref="TestFleet"/>: one process at a time, which can be killed, stopped and
/// started again with the same command line.
/// </summary>
public sealed class FleetMember
{
    private const int StoppedInOrder = 0;

    private readonly Workspace _workspace;
    private readonly string[] _arguments;
    private readonly List<FleetProcess> _processes = [];

    internal FleetMember(Workspace workspace, string name, string[] arguments)
    {
        _workspace = workspace;
        Name = name;
        _arguments = arguments;
    }

    /// <summary>Such as <c>worker 2</c>, for messages.</summary>
    public string Name { get; }

    /// <summary>The process there is now, or the last one there was.</summary>
    public FleetProcess Process => _processes[^1];

    public bool IsRunning => !Process.HasExited;

    /// <summary>Whether it has started and takes part in the fleet.</summary>
    public bool IsReady => IsRunning && Process.Error.Contains(" is ready: ", StringComparison.Ordinal);

    /// <summary>How many processes there have been.</summary>
    public int Starts => _processes.Count;

    /// <summary>What all its processes have said, in order.</summary>
    public string Log => string.Concat(_processes.Select((process, start) => string.Create(
        CultureInfo.InvariantCulture, $"--- {Name}, start {start + 1}, process {process.Id}\n{process.Error}{process.Output}")));

    /// <summary>Starts a process of it. Returns before that is ready.</summary>
    public async Task StartAsync() => _processes.Add(await _workspace.StartAsync(_arguments));

    public async Task WaitUntilReadyAsync()
    {
        var process = Process;
        await process.WaitForErrorAsync(" is ready: ");
    }

    /// <summary>As <c>kill -9</c> does. Returns once it is gone.</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <summary>Kills it, and starts it again at once.</summary>
    public async Task KillAndStartAsync()
    {
        await KillAsync();
        await StartAsync();
    }

    /// <summary>Asks it to stop, by SIGTERM, and waits until it has, in order.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> StopAsync()
    {
        var began = Stopwatch.GetTimestamp();
        await Process.SignalAsync("TERM");
        (await Process.WaitAsync()).ShouldBe(StoppedInOrder);
        return Stopwatch.GetElapsedTime(began);
    }
}
