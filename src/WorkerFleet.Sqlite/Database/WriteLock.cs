using System.Diagnostics;
using Microsoft.Extensions.Logging;
using WorkerFleet.Storage;

namespace WorkerFleet.Sqlite.Database;

/// <summary>Waits for the database's write lock for as long as somebody waits for a write.</summary>
/// <param name="path">The database file, for messages.</param>
/// <param name="limit">How long a write waits at most.</param>
/// <param name="logger">Told when it takes long.</param>
internal sealed partial class WriteLock(string path, TimeSpan limit, ILogger logger)
{
    /// <summary>How long one attempt waits, in milliseconds; then is looked after those whose callers gave up.</summary>
    public const int AttemptMs = 100;

    private static readonly TimeSpan WarnAfter = TimeSpan.FromSeconds(5);

    /// <summary>Repeats <paramref name="begin"/> until it gets the lock.</summary>
    /// <param name="begin">Opens the transaction; waits <see cref="AttemptMs"/> by itself where it can.</param>
    /// <param name="thin">Fails, with the exception, the writes that have waited for the time given; tells whether any
    /// is left.</param>
    /// <returns>False when none is left.</returns>
    public bool Take(Action begin, Func<TimeSpan, StoreException, bool> thin)
    {
        var start = Stopwatch.GetTimestamp();
        var spin = new SpinWait();
        var warned = false;
        while (true)
        {
            try
            {
                begin();
                return true;
            }
            catch (StoreException exception) when (exception.Fault == StoreFault.Locked)
            {
                if (!thin(limit, exception))
                    return false;
            }

            if (!warned && Stopwatch.GetElapsedTime(start) >= WarnAfter)
            {
                warned = true;
                LogLocked(logger, path, WarnAfter.TotalSeconds, limit.TotalSeconds);
            }

            // Switching a new file to WAL fails at once, without waiting, where another is just doing the same.
            spin.SpinOnce(sleep1Threshold: 10);
        }
    }

    [LoggerMessage(2022, LogLevel.Warning,
        "Another process has kept {Path} locked for {Seconds} s; a write waits up to {LimitSeconds} s")]
    private static partial void LogLocked(ILogger logger, string path, double seconds, double limitSeconds);
}
