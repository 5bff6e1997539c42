using System.Runtime.InteropServices;

namespace WorkerFleet.Cli.Hosting;

/// <summary>
/// Ctrl-C, SIGTERM and the end of the terminal. The first asks to stop, the second stops at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _requested = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Action _stopAtOnce;

    /// <param name="stopAtOnce">What the second signal does.</param>
    public StopSignals(Action stopAtOnce) => _stopAtOnce = stopAtOnce;

    /// <summary>Cancelled with the first signal.</summary>
    public CancellationToken Requested => _requested.Token;

    public void Listen()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Signal();
            }));
    }

    public void Signal()
    {
        if (_requested.IsCancellationRequested)
            _stopAtOnce();
        else
            _requested.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _requested.Dispose();
    }
}
