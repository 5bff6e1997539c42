using System.Diagnostics;
using System.Globalization;

namespace WorkerFleet.Conformance.Emulators;

/// <summary>
/// SQS on this machine (tests/emulators/sqs.mjs), in memory. It ends with the process, however that ends. One is shared
/// by the tests of a process, which name their queues apart; a test that stops or restarts it has one of its own.
/// </summary>
public sealed class SqsEmulator : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly Lazy<Task<SqsEmulator>> Shared = new(StartOwnAsync);

    private readonly string _folder;
    private readonly int _port;
    private Process? _node;

    private SqsEmulator(string folder, int port)
    {
        (_folder, _port) = (folder, port);
        Endpoint = new Uri($"http://127.0.0.1:{port}");
    }

    public Uri Endpoint { get; }

    /// <summary>
    /// What makes an SQS client, in this process or another, talk to the emulator and to nothing else.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment => EnvironmentOf(Endpoint);

    /// <summary>The same for something in front of it, such as <see cref="SqsFaults"/>.</summary>
    public static IReadOnlyDictionary<string, string> EnvironmentOf(Uri endpoint) => new Dictionary<string, string>
    {
        ["AWS_ENDPOINT_URL_SQS"] = endpoint.ToString(),
        ["AWS_ACCESS_KEY_ID"] = "test",
        ["AWS_SECRET_ACCESS_KEY"] = "test",
        ["AWS_REGION"] = "eu-central-1",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    /// <summary>The shared one, which is not to be stopped.</summary>
    public static Task<SqsEmulator> StartAsync() => Shared.Value;

    /// <summary>One of the caller's own.</summary>
    public static async Task<SqsEmulator> StartOwnAsync()
    {
        var emulator = new SqsEmulator(await EmulatorPackages.InstallAsync("fauxqs"), LoopbackPorts.Free());
        await emulator.RunAsync();
        return emulator;
    }

    /// <summary>Kills it, with all that is in it. Connections break.</summary>
    public async Task StopAsync()
    {
        if (_node is null)
            return;
        _node.Kill();
        await _node.WaitForExitAsync();
        _node.Dispose();
        _node = null;
    }

    /// <summary>As a broker that lost everything: at the same address, without a queue.</summary>
    public async Task RestartEmptyAsync()
    {
        await StopAsync();
        await RunAsync();
    }

    /// <summary>Starts it after <see cref="StopAsync"/>: at the same address, without a queue.</summary>
    public async Task RunAsync()
    {
        if (_node is not null)
            throw new InvalidOperationException("The SQS emulator runs already.");
        _node = Start("node", _folder, "sqs.mjs", _port.ToString(CultureInfo.InvariantCulture));
        await WaitAsync(_node);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task WaitAsync(Process node)
    {
        using var client = new HttpClient();
        using var limit = new CancellationTokenSource(StartLimit);
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(limit.Token))
        {
            if (node.HasExited)
                throw new InvalidOperationException("The SQS emulator ended instead of serving.");
            try
            {
                using var response = await client.GetAsync(new Uri(Endpoint, "health"), limit.Token);
                return;
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }
        }
    }

    private static Process Start(string program, string folder, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            // The emulator ends when the other end of its input is gone, so that it never outlives the tests.
            RedirectStandardInput = true,
        }) ?? throw new InvalidOperationException($"{program} did not start.");
}
