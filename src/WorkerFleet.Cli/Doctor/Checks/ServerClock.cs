using WorkerFleet.Agents;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Asks a server for its time, which every answer carries.</summary>
internal static class ServerClock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How far its clock is ahead of this one, at least; null where it does not say, or cannot be reached.</summary>
    public static async Task<TimeSpan?> AheadAsync(Uri address, TimeProvider time, CancellationToken cancellationToken)
    {
        // What is on this machine is reached without a proxy, whatever the environment says of one.
        using var handler = new SocketsHttpHandler { UseProxy = !address.IsLoopback };
        using var client = new HttpClient(handler) { Timeout = Patience };
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        try
        {
            // Whatever it answers to that: without a signature AWS refuses most of it.
            var asked = time.GetUtcNow();
            using var response = await client.SendAsync(request, cancellationToken);
            return ClockOffset.Of(response.Headers.Date, asked, time.GetUtcNow());
        }
        catch (Exception exception) when (
            exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // That it cannot be reached is another check's finding.
            return null;
        }
    }
}
