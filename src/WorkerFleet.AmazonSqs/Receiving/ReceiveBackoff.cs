namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>Pauses between attempts to receive while they fail. They never end.</summary>
internal static class ReceiveBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <param name="failures">In a row; from 1.</param>
    /// <returns>With jitter, so that endpoints that failed together do not come back together.</returns>
    public static TimeSpan After(int failures)
    {
        var pause = First * Math.Pow(2, Math.Min(failures - 1, 10));
#pragma warning disable CA5394 // Jitter is no secret.
        return (pause < Longest ? pause : Longest) * (0.5 + (Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
    }
}
