namespace WorkerFleet.Workers;

/// <summary>One call of an agent, as its <see cref="AgentFlow"/> knows it.</summary>
/// <param name="at">When it began, since the process began to call the agent.</param>
/// <param name="isProbe">Whether it tries if the agent works again.</param>
internal sealed class FlowCall(TimeSpan at, bool isProbe)
{
    private int _ended;

    public TimeSpan At => at;

    public bool IsProbe => isProbe;

    /// <returns>False when it has ended before.</returns>
    public bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;
}
