namespace WorkerFleet.Sqlite;

/// <summary>How the embedded store behaves.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>
    /// How long a write waits while another program keeps the database locked, before it fails with
    /// <see cref="Storage.StoreFault.Locked"/>; a read, while a crash of another process is recovered from. From 0 to
    /// 10 minutes; 30 s by default, which a person at a command bears. Processes of a fleet take longer, such as 60 s:
    /// what fails there is delivered again.
    /// </summary>
    public TimeSpan LockTimeout
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(10));
            field = value;
        }
    } = TimeSpan.FromSeconds(30);
}
