using System.Diagnostics;
using System.Globalization;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Conformance.Stores;

/// <summary>DynamoDB Local, one for all tests of the process, on a free port and in memory.</summary>
public static class DynamoLocal
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private static readonly Lazy<Task<Uri>> Started = new(StartAsync);

    /// <summary>Where it listens. WORKERFLEET_TEST_DYNAMODB names one that runs already.</summary>
    public static Task<Uri> AddressAsync() => Started.Value;

    private static async Task<Uri> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("WORKERFLEET_TEST_DYNAMODB") is { Length: > 0 } running)
            return new Uri(running);
        var folder = Path.Combine(FindRoot(), "tests/emulators/node_modules/amplify-dynamodb-simulator/emulator");
        if (!Directory.Exists(folder))
            throw new InvalidOperationException($"{folder} is missing; 'npm ci --prefix tests/emulators' installs it.");
        var port = LoopbackPorts.Free();
        var start = new ProcessStartInfo("java")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])
            [
                "-Xmx1g", $"-Djava.library.path={folder}/DynamoDBLocal_lib", "-jar", $"{folder}/DynamoDBLocal.jar", "-inMemory",
                "-port", port.ToString(CultureInfo.InvariantCulture),
            ])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process.Kill();
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var address = new Uri($"http://127.0.0.1:{port}");
        await WaitAsync(process, address);
        return address;
    }

    private static async Task WaitAsync(Process process, Uri address)
    {
        using var client = new HttpClient();
        var began = Stopwatch.GetTimestamp();
        while (true)
            try
            {
                // It answers what is no request of its protocol with an error, which is answer enough.
                using var answer = await client.GetAsync(address);
                return;
            }
            catch (Exception exception) when (
                exception is HttpRequestException or TaskCanceledException
                && !process.HasExited && Stopwatch.GetElapsedTime(began) < StartLimit)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "WorkerFleet.sln")))
                return folder.FullName;
        throw new InvalidOperationException("The tests do not run in the repository.");
    }
}
