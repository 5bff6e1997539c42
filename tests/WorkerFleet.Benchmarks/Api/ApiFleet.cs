using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using WorkerFleet.Benchmarks.Fleet;

namespace WorkerFleet.Benchmarks.Api;

/// <summary>A whole fleet in one process that serves the API, too: <c>fleet up --api-port</c>.</summary>
internal sealed class ApiFleet : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly BrokerFleet _fleet;
    private readonly HttpClient _http = new();

    private ApiFleet(BrokerFleet fleet, Uri api) => (_fleet, Api) = (fleet, api);

    public Uri Api { get; }

    public static async Task<ApiFleet> StartAsync(
        string folder, string broker, IReadOnlyDictionary<string, string> environment)
    {
        var port = FreePort();
        var command = string.Create(CultureInfo.InvariantCulture,
            $"up --concurrency {Measures.ThroughputConcurrency} --api-port {port}");
        var fleet = new ApiFleet(
            await BrokerFleet.StartAsync(folder, broker, environment, command),
            new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/api/v1/")));
        await fleet.WaitUntilServedAsync();
        return fleet;
    }

    /// <summary>Runs a batch while something else is done with it, which is told when the batch is over.</summary>
    public async Task<FleetRun> RunAsync(
        string csv, int concurrency, string agent, Func<Guid, CancellationToken, Task>? beside = null)
    {
        var before = await NewestAsync();
        var run = _fleet.RunAsync(csv, concurrency, agent);
        if (beside is null)
            return await run;
        var newest = before;
        while (newest == before && !run.IsCompleted)
        {
            await Task.Delay(Look);
            newest = await NewestAsync();
        }

        using var over = new CancellationTokenSource();
        var doing = beside(newest ?? throw new InvalidOperationException("The batch does not show."), over.Token);
        var done = await run;
        await over.CancelAsync();
        await doing;
        return done;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _fleet.DisposeAsync();
    }

    /// <summary>It listens a moment after it says that it is there.</summary>
    private async Task WaitUntilServedAsync()
    {
        var waiting = Stopwatch.StartNew();
        while (true)
            try
            {
                await NewestAsync();
                return;
            }
            catch (HttpRequestException) when (waiting.Elapsed < LongestStart)
            {
                await Task.Delay(Look);
            }
    }

    private async Task<Guid?> NewestAsync()
    {
        var page = await _http.GetFromJsonAsync<JsonElement>(new Uri(Api, "batches?limit=1"));
        var batches = page.GetProperty("batches");
        return batches.GetArrayLength() == 0 ? null : batches[0].GetProperty("batch_id").GetGuid();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
