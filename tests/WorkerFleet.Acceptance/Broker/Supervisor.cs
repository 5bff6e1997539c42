using System.Diagnostics;

namespace WorkerFleet.Acceptance.Broker;

/// <summary>
/// A shell that runs a script whose standard input is held open by the tests: when that closes, because they ended or
/// died, the script ends what it started.
/// </summary>
internal sealed class Supervisor : IDisposable
{
    /// <summary>Far beyond what a server takes to shut down on a busy machine.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(1);

    private readonly Process _shell;

    private Supervisor(Process shell) => _shell = shell;

    public bool HasExited => _shell.HasExited;

    public static Supervisor Start(
        string script, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("sh", ["-c", script, "sh", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new Supervisor(Process.Start(start) ?? throw new InvalidOperationException("sh did not start."));
    }

    /// <summary>The next line that the script says; null at its end.</summary>
    public Task<string?> ReadLineAsync(CancellationToken cancellationToken) =>
        _shell.StandardOutput.ReadLineAsync(cancellationToken).AsTask();

    /// <summary>Closes its standard input, and waits until the script has ended everything.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _shell.StandardInput.Close();
        return WaitAsync(cancellationToken);
    }

    /// <exception cref="TimeoutException">It did not end. It is left behind.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StopLimit);
        try
        {
            await _shell.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker did not shut down within {StopLimit}.");
        }
    }

    public void Dispose() => _shell.Dispose();
}
