using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace WorkerFleet.Benchmarks.Api;

/// <summary>Clients that look at a batch at a steady rate, whether or not the answers keep up.</summary>
internal sealed class ReadLoad(Uri api)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1) * Measures.ReadClients / Measures.ReadsPerSecond;

    private readonly ConcurrentDictionary<string, ConcurrentQueue<double>> _latencies = new();

    /// <summary>Milliseconds from when a request was due to its answer, by kind of request.</summary>
    public IEnumerable<(string Kind, IReadOnlyList<double> Latencies)> Latencies =>
        _latencies.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => (entry.Key, (IReadOnlyList<double>)[.. entry.Value]));

    public async Task RunAsync(Guid batch, CancellationToken over)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Measures.ReadClients });
        await Task.WhenAll(Enumerable.Range(0, Measures.ReadClients).Select(client =>
            ReadAsync(http, batch, client, over)));
    }

    /// <param name="values">Any order.</param>
    /// <param name="share">Such as 0.99.</param>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[Math.Min((int)Math.Ceiling(share * sorted.Length), sorted.Length) - 1];
    }

    private async Task ReadAsync(HttpClient http, Guid batch, int client, CancellationToken over)
    {
        (string Kind, string Path)[] reads =
        [
            ("batch", $"batches/{batch}"),
            ("counts", $"batches/{batch}/counts"),
            ("items", $"batches/{batch}/items?limit=50"),
            ("list", "batches?limit=50"),
        ];
        var clock = Stopwatch.StartNew();
        for (var number = client; !over.IsCancellationRequested; number++)
        {
            var due = Period * (number - client) + (Period * client / Measures.ReadClients);
            if (due > clock.Elapsed)
                await Task.Delay(due - clock.Elapsed, CancellationToken.None);
            var (kind, path) = reads[number % reads.Length];
            using var answer = await http.GetAsync(new Uri(api, path), CancellationToken.None);
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"{path}: {(int)answer.StatusCode}"));
            await answer.Content.ReadAsByteArrayAsync(CancellationToken.None);
            _latencies.GetOrAdd(kind, _ => new()).Enqueue((clock.Elapsed - due).TotalMilliseconds);
        }
    }
}
