using System.Diagnostics;
using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;

namespace WorkerFleet.Conformance.Emulators;

/// <summary>
/// S3 on this machine (tests/emulators/s3.mjs), started once for all tests of a process. It ends with the process, however
/// that ends. A test makes a bucket of its own.
/// </summary>
public sealed class S3Emulator
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly Lazy<Task<S3Emulator>> Shared = new(StartOnceAsync);

    private readonly Process _node;

    private S3Emulator(Process node, Uri endpoint)
    {
        _node = node;
        Endpoint = endpoint;
    }

    public Uri Endpoint { get; }

    /// <summary>What makes the AWS SDK, in this process or another, talk to the emulator and to nothing else.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["AWS_ENDPOINT_URL_S3"] = Endpoint.ToString(),
        ["AWS_ACCESS_KEY_ID"] = "test",
        ["AWS_SECRET_ACCESS_KEY"] = "test",
        ["AWS_REGION"] = "eu-central-1",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    public static Task<S3Emulator> StartAsync() => Shared.Value;

    public IAmazonS3 CreateClient() => new AmazonS3Client(
        new BasicAWSCredentials("test", "test"),
        new AmazonS3Config
        {
            ServiceURL = Endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = "eu-central-1",
        });

    private static async Task<S3Emulator> StartOnceAsync()
    {
        var folder = await EmulatorPackages.InstallAsync("fauxqs");
        var port = LoopbackPorts.Free();
        var emulator = new S3Emulator(
            Start("node", folder, "s3.mjs", port.ToString(CultureInfo.InvariantCulture)),
            new Uri($"http://127.0.0.1:{port}"));
        await emulator.WaitAsync();
        return emulator;
    }

    private async Task WaitAsync()
    {
        using var client = new HttpClient();
        using var limit = new CancellationTokenSource(StartLimit);
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(limit.Token))
        {
            if (_node.HasExited)
                throw new InvalidOperationException("The S3 emulator ended instead of serving.");
            try
            {
                using var response = await client.GetAsync(Endpoint, limit.Token);
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
