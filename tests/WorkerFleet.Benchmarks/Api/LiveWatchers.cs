using System.Globalization;

namespace WorkerFleet.Benchmarks.Api;

/// <summary>Many that follow one batch by server-sent events, each over a connection of its own.</summary>
internal static class LiveWatchers
{
    private const int BufferBytes = 16 * 1024;

    private static readonly byte[] EventMark = "event: "u8.ToArray();

    /// <returns>Events that came, over all watchers.</returns>
    public static async Task<long> WatchAsync(Uri api, Guid batch, int watchers, CancellationToken over)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = watchers })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var address = new Uri(api, string.Create(CultureInfo.InvariantCulture, $"batches/{batch}/live"));
        return (await Task.WhenAll(Enumerable.Range(0, watchers).Select(_ => WatchAsync(http, address, over)))).Sum();
    }

    /// <summary>To the end of the stream, which the server makes at that of the batch.</summary>
    private static async Task<long> WatchAsync(HttpClient http, Uri address, CancellationToken over)
    {
        using var answer = await http.GetAsync(
            address, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync(CancellationToken.None);
        var (buffer, events) = (new byte[BufferBytes], 0L);
        try
        {
            for (int count; (count = await body.ReadAsync(buffer, over)) > 0;)
                events += CountOf(buffer.AsSpan(0, count));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The last event had a moment to come.
        }

        return events;
    }

    private static int CountOf(ReadOnlySpan<byte> text)
    {
        var count = 0;
        for (int at; (at = text.IndexOf(EventMark)) >= 0; text = text[(at + EventMark.Length)..])
            count++;
        return count;
    }
}
