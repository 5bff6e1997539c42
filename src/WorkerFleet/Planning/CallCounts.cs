using WorkerFleet.Batches;

namespace WorkerFleet.Planning;

/// <summary>How often an agent is called, on average over many batches of the same kind.</summary>
/// <param name="Attempts">Calls that run.</param>
/// <param name="Throttled">Calls that do not.</param>
/// <param name="FailedRows">Rows that fail in the end: refused, or out of attempts.</param>
public sealed record CallCounts(double Attempts, double Throttled, double FailedRows)
{
    public static CallCounts None { get; } = new(0, 0, 0);

    /// <summary>Of all kinds.</summary>
    public double Calls => Attempts + Throttled;

    public static CallCounts operator +(CallCounts a, CallCounts b) =>
        new(a.Attempts + b.Attempts, a.Throttled + b.Throttled, a.FailedRows + b.FailedRows);

    /// <summary>Of so many rows, each of which fails with the same probability at every attempt.</summary>
    public static CallCounts Of(long rows, CallProfile calls, RetrySpec retry)
    {
        var (fails, most) = (calls.FailureRate, retry.MaxAttempts);
        // 1 + f + f² + … : the k-th attempt is made of the rows that failed at all before.
        var attempts = fails >= 1 ? most : (1 - Math.Pow(fails, most)) / (1 - fails);
        var refused = rows * calls.RefusedRate;
        var ran = refused + ((rows - refused) * attempts);
        return new(
            ran,
            (ran - refused) * calls.ThrottledRate / (1 - calls.ThrottledRate),
            refused + ((rows - refused) * Math.Pow(fails, most)));
    }
}
