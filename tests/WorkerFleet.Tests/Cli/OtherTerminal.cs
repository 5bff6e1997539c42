using System.Text.Json;
using WorkerFleet.Cli;
using WorkerFleet.Cli.Hosting;

namespace WorkerFleet.Tests.Cli;

/// <summary>Commands beside a run that is going on, over the same folder.</summary>
internal sealed class OtherTerminal(CliProcess process) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly StopSignals _stop = new(stopAtOnce: () => { });

    public string Output { get; private set; } = "";

    public async Task<int> RunAsync(params string[] args)
    {
        var output = new StringWriter();
        var context = process.CreateContext(output, TextWriter.Null);
        var exitCode = await FleetCli.RunAsync(args, new CliContext
        {
            Out = context.Out,
            Error = context.Error,
            Raw = output,
            OpenInput = context.OpenInput,
            InputIsTerminal = false,
            ErrorIsTerminal = false,
            WorkingDirectory = context.WorkingDirectory,
            InstallDirectory = context.InstallDirectory,
            Environment = context.Environment,
            Stop = _stop,
        });
        Output = output.ToString();
        return exitCode;
    }

    /// <summary>Waits until so many rows of the latest batch are settled.</summary>
    public async Task WaitUntilSettledAsync(long rows)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            if (await RunAsync("list", "--json") == ExitCodes.Success
                && JsonDocument.Parse(Output).RootElement is { } batches && batches.GetArrayLength() > 0
                && batches[0].GetProperty("counts").GetProperty("settled").GetInt64() >= rows)
                return;
            await Task.Yield();
        }
    }

    public void Dispose() => _stop.Dispose();
}
