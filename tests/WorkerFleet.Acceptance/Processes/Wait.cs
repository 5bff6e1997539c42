namespace WorkerFleet.Acceptance.Processes;

/// <summary>Waits for a state, looking again and again.</summary>
internal static class Wait
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    public static Task UntilAsync(Func<bool> holds, string what) =>
        UntilAsync(() => ValueTask.FromResult(holds()), what);

    /// <exception cref="TimeoutException">The state did not come; the message names it.</exception>
    public static async Task UntilAsync(Func<ValueTask<bool>> holds, string what)
    {
        using var late = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(Interval);
        while (!await holds())
        {
            if (late.IsCancellationRequested)
                throw new TimeoutException($"Waited {Limit} for {what}.");
            await timer.WaitForNextTickAsync();
        }
    }
}
