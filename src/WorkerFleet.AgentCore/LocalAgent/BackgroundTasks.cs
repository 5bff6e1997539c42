using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using WorkerFleet.Journal;

namespace WorkerFleet.AgentCore.LocalAgent;

/// <summary>The tasks that the local agent works on in the background, each of which ends with a call to its callback address.</summary>
internal sealed class BackgroundTasks(TimeSpan latency, LocalAgentStats stats, TimeProvider time) : IDisposable
{
    /// <summary>Calls to a callback address that does not take the event; the wait doubles from <see cref="FirstWait"/>.</summary>
    private const int MaxTries = 10;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 64 });

    /// <summary>Returns at once.</summary>
    public void Start(string session, Uri callback, string token, byte[] output)
    {
        stats.Begin();
        _ = RunAsync(session, callback, token, output);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(string session, Uri callback, string token, byte[] output)
    {
        var succeeded = false;
        try
        {
            await Task.Delay(latency, time, _stopping.Token);
            var body = JsonSerializer.SerializeToUtf8Bytes(new
            {
                sessionId = session,
                status = JournalStatus.BackgroundTaskCompleted,
                createdAt = time.GetUtcNow(),
                output = JsonSerializer.Deserialize<JsonElement>(output),
            });
            for (var tries = 1; !succeeded && tries <= MaxTries; tries++)
            {
                succeeded = await TryTellAsync(callback, token, body);
                if (!succeeded)
                    await Task.Delay(
                        TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << tries)), time, _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The agent ends, and its tasks with it.
        }
        finally
        {
            stats.End(succeeded);
        }
    }

    private async Task<bool> TryTellAsync(Uri callback, string token, byte[] body)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, callback)
            {
                Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json", Encoding.UTF8.WebName) } },
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await _client.SendAsync(request, _stopping.Token);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
