using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace WorkerFleet.Acceptance.Processes;

/// <summary>The real executable in a process of its own. Disposing kills it, where it still runs.</summary>
public sealed class FleetProcess : IAsyncDisposable
{
    /// <summary>Far beyond what any of these runs takes on a busy machine.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The executable as <c>./fleet</c> builds it, compiled ahead of time, which <c>./test</c> names; else that of the same
    /// build, which is copied beside the tests.
    /// </summary>
    private static readonly string Executable = Environment.GetEnvironmentVariable("WORKERFLEET_TEST_FLEET") is { Length: > 0 } named
        ? named
        : Path.Combine(AppContext.BaseDirectory, "fleet.dll");

    private readonly Process _process;
    private readonly string _commandLine;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private FleetProcess(Process process, string commandLine)
    {
        _process = process;
        _commandLine = commandLine;
        process.OutputDataReceived += (_, line) => Collect(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Collect(_error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has said on standard output so far.</summary>
    public string Output => TextOf(_output);

    /// <summary>What it has said on standard error so far.</summary>
    public string Error => TextOf(_error);

    public static async Task<FleetProcess> StartAsync(
        string folder, IReadOnlyDictionary<string, string> environment, string? input, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Executable, .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        RemoveConfiguration(start);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        var fleet = new FleetProcess(process, string.Join(' ', arguments));
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything; its exit code says why.
        }
        return fleet;
    }

    /// <summary>Waits for its end.</summary>
    public async Task<FleetExit> WaitAsync(TimeSpan? limit = null)
    {
        using var late = new CancellationTokenSource(limit ?? Limit);
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(
                $"`fleet {_commandLine}` still runs after {limit ?? Limit}.\nOutput:\n{Output}\nError:\n{Error}");
        }
        return new FleetExit(_commandLine, _process.ExitCode, Output, Error);
    }

    /// <summary>Waits until it has said something on standard error.</summary>
    public Task WaitForErrorAsync(string text) => Wait.UntilAsync(
        () => Error.Contains(text, StringComparison.Ordinal)
            || (HasExited ? throw new InvalidOperationException($"It ended instead.\n{Error}") : false),
        $"`fleet {_commandLine}` to say '{text}'");

    /// <summary>As <c>kill -9</c> does. Returns once it is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await WaitAsync();
    }

    /// <summary>Sends a signal by its name, such as <c>INT</c>.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    /// <summary>What configures a fleet on this machine is none of the tests' business.</summary>
    private static void RemoveConfiguration(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.ToList())
            if (name.StartsWith("FLEET", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("SERILOG", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("AWS_", StringComparison.Ordinal)
                || name.StartsWith("OTEL_", StringComparison.Ordinal)
                || name is "MAX_RETRIES" or "RUNS_TABLE" or "TASKS_TABLE" or "S3_BUCKET" or "CLOUDWATCH_NAMESPACE" or "TRACEPARENT")
                start.Environment.Remove(name);
    }

    private static void Collect(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
    }

    private static string TextOf(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
