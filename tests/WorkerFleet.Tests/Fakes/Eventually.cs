using System.Runtime.CompilerServices;

namespace WorkerFleet.Tests.Fakes;

/// <summary>Waits for a state that has to come, however busy the machine is.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    public static Task IsTrueAsync(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        HoldsAsync(() => Task.FromResult(condition()), holds => holds, what);

    /// <returns>What was read when it held.</returns>
    public static async Task<T> HoldsAsync<T>(
        Func<Task<T>> read, Func<T, bool> holds, [CallerArgumentExpression(nameof(holds))] string? what = null)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var value = await read();
            if (holds(value))
                return value;
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"This did not come true within {Limit}: {what}. At last it was {value}.");
            await Task.Delay(Interval);
        }
    }
}
