namespace WorkerFleet.Tests.Fakes;

/// <summary>
/// The system's clock, whose timers never fire before their time. The platform's may, on a busy machine, by a tick of
/// the coarse clock that they are counted with: 4 ms on most Linux kernels, 16 ms on Windows.
/// </summary>
internal sealed class UnhurriedTime : TimeProvider
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromMilliseconds(20);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime + LongestTick : dueTime, period);
}
