namespace WorkerFleet.Batches;

/// <summary>Names of the saga's states, as they are stored and shown.</summary>
public static class BatchStatus
{
    public const string Submitted = nameof(Submitted);
    public const string Dispatching = nameof(Dispatching);
    public const string Processing = nameof(Processing);
    public const string Paused = nameof(Paused);

    /// <summary>Ends early, because of a cancel, a failure policy or a deadline; in-flight items finish.</summary>
    public const string Cancelling = nameof(Cancelling);

    public const string Aggregating = nameof(Aggregating);
    public const string Completed = nameof(Completed);
    public const string CompletedWithFailures = nameof(CompletedWithFailures);
    public const string Failed = nameof(Failed);
    public const string Cancelled = nameof(Cancelled);

    /// <summary>Whether a batch in this state is over (a replay can reopen it).</summary>
    public static bool IsFinal(string status) => status is Completed or CompletedWithFailures or Failed or Cancelled;
}
