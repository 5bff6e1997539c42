using System.Collections.Concurrent;

namespace WorkerFleet.Conformance.Transports;

/// <summary>What consumers got, for tests to wait for.</summary>
public sealed class Inbox
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentQueue<string> _entries = new();

    public IReadOnlyList<string> Entries => [.. _entries];

    public int Count => _entries.Count;

    public void Add(string entry) => _entries.Enqueue(entry);

    /// <summary>Waits until these are there, in any order, and nothing else.</summary>
    public async Task HoldsAsync(params string[] expected)
    {
        await CountsAsync(expected.Length);
        Assert.Equal(expected.Order(StringComparer.Ordinal), Entries.Order(StringComparer.Ordinal));
    }

    public Task CountsAsync(int count) =>
        WaitUntilAsync(
            () => _entries.Count >= count, () => $"{count} entries; there are: {string.Join(", ", Entries)}");

    /// <param name="condition">What has to come true.</param>
    /// <param name="what">Names it if it does not.</param>
    public static Task WaitUntilAsync(Func<bool> condition, Func<string> what) =>
        WaitUntilAsync(() => Task.FromResult(condition()), what);

    public static async Task WaitUntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(Interval);
        while (!await condition())
            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"This did not come within {Limit}: {what()}.");
            }
    }
}
