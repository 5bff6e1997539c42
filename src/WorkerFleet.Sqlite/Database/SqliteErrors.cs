using SQLitePCL;
using WorkerFleet.Storage;

namespace WorkerFleet.Sqlite.Database;

/// <summary>Turns SQLite's result codes into what a person can act on.</summary>
internal static class SqliteErrors
{
    public static StoreException Create(int code, string detail, string path)
    {
        var fault = FaultOf(code);
        return new StoreException(fault, Message(fault, code, detail, path));
    }

    /// <summary>Whether the whole transaction is beyond saving, and not only the statement that failed.</summary>
    public static bool SpoilsTransaction(Exception exception) =>
        exception is StoreException { Fault: not (StoreFault.TooLarge or StoreFault.Failed) };

    private static StoreFault FaultOf(int code) => (code & 0xff) switch
    {
        raw.SQLITE_FULL => StoreFault.DiskFull,
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL => StoreFault.Locked,
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => StoreFault.Corrupt,
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_AUTH => StoreFault.NotWritable,
        raw.SQLITE_TOOBIG => StoreFault.TooLarge,
        _ => StoreFault.Failed,
    };

    private static string Message(StoreFault fault, int code, string detail, string path) => fault switch
    {
        StoreFault.DiskFull => $"The disk that holds {path} is full. Free some space and try again.",
        StoreFault.Locked =>
            $"Another process keeps {path} locked. End what holds it (a backup, a database browser) and try again.",
        StoreFault.Corrupt =>
            $"{path} is damaged or is no fleet database ({detail}). Restore it from a copy, or use another data folder.",
        StoreFault.NotWritable =>
            $"{path} cannot be opened or written ({detail}). Check the rights to the folder and its files.",
        StoreFault.TooLarge => $"A record is larger than the {Connection.MaxValueBytes / (1024 * 1024)} MiB that {path} takes.",
        _ => $"{path} could not be used: {detail} (SQLite error {code}).",
    };
}
