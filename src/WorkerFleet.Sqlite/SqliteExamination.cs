using System.Diagnostics;
using SQLitePCL;
using WorkerFleet.Sqlite.Database;
using WorkerFleet.Storage;

namespace WorkerFleet.Sqlite;

/// <summary>What was found of the embedded store's file.</summary>
/// <param name="Exists">Whether there is one yet.</param>
/// <param name="SchemaVersion">Of its tables; 0 where there are none.</param>
/// <param name="IsComplete">Whether its content was checked to the end in the time there was.</param>
public sealed record SqliteReport(bool Exists, int SchemaVersion, bool IsComplete);

/// <summary>Looks at the embedded store's file without changing it.</summary>
public static class SqliteExamination
{
    private const int CacheKb = 2 * 1024;

    /// <summary>Steps of SQLite between two looks at the clock: far below a millisecond.</summary>
    private const int StepsBetweenLooks = 10_000;

    /// <param name="dataFolder">Folder of the store.</param>
    /// <param name="lockWait">How long to wait for the right to write.</param>
    /// <param name="checkTime">How long its content may be checked for.</param>
    /// <exception cref="StoreException">It is damaged, locked, newer, or cannot be written.</exception>
    public static SqliteReport Examine(string dataFolder, TimeSpan lockWait, TimeSpan checkTime)
    {
        var path = Path.Combine(Path.GetFullPath(dataFolder), "fleet.db");
        if (!File.Exists(path))
            return new(Exists: false, 0, IsComplete: true);
        int version;
        bool isComplete;
        using (var reader = Connection.Open(path, readOnly: true, CacheKb, (int)lockWait.TotalMilliseconds))
        {
            version = Schema.IsCurrent(reader) ? Schema.Current : (int)reader.ReadNumber("PRAGMA user_version");
            isComplete = Check(reader, checkTime);
        }

        TakeLock(path, dataFolder, lockWait);
        return new(Exists: true, version, isComplete);
    }

    /// <summary>Nothing else tells whether the file can be written, and whether somebody keeps it locked.</summary>
    private static void TakeLock(string path, string dataFolder, TimeSpan wait)
    {
        using var writer = Connection.Open(path, readOnly: false, CacheKb, (int)wait.TotalMilliseconds);
        // In turn, or a fleet that writes all the time would look like one that keeps it locked.
        using var turn = new WriteTurn(Path.GetFullPath(dataFolder));
        turn.Enter();
        try
        {
            writer.Execute("BEGIN IMMEDIATE");
            writer.Execute("ROLLBACK");
        }
        finally
        {
            turn.Leave();
        }
    }

    private static bool Check(Connection connection, TimeSpan limit)
    {
        var begin = Stopwatch.GetTimestamp();
        raw.sqlite3_progress_handler(
            connection.Handle, StepsBetweenLooks, _ => Stopwatch.GetElapsedTime(begin) > limit ? 1 : 0, null);
        try
        {
            var check = connection.Prepare("PRAGMA quick_check(1)");
            var finding = check.Step() ? check.Text(0) : "ok";
            check.Reset();
            return finding == "ok" ? true : throw SqliteErrors.Create(raw.SQLITE_CORRUPT, finding, connection.Path);
        }
        catch (StoreException) when (Stopwatch.GetElapsedTime(begin) > limit)
        {
            return false;
        }
        finally
        {
            raw.sqlite3_progress_handler(connection.Handle, 0, null, null);
        }
    }
}
