namespace WorkerFleet.Sqlite.Database;

/// <summary>
/// The transaction that is open on the writer. Holds the slices that its operations changed, so that each is read and
/// written once however many of its items settle.
/// </summary>
internal sealed class WriteTransaction
{
    /// <summary>Pages given back at once: 4 MiB.</summary>
    private const string ReleaseStep = "PRAGMA incremental_vacuum (512)";

    private const string FreePages = "PRAGMA freelist_count";

    private readonly Connection _connection;

    public WriteTransaction(Connection connection)
    {
        _connection = connection;
        Slices = new SliceCache(connection);
    }

    public SliceCache Slices { get; }

    /// <summary>For reading what this transaction has written.</summary>
    public Connection Connection => _connection;

    public Statement Prepare(string sql) => _connection.Prepare(sql);

    /// <summary>Takes the write lock at once, so that what is read inside cannot have changed before it is written.</summary>
    public void Begin() => _connection.Prepare("BEGIN IMMEDIATE").Execute();

    /// <summary>Durable when it returns.</summary>
    public void Commit()
    {
        Slices.Flush();
        _connection.Prepare("COMMIT").Execute();
        Slices.Clear();
    }

    /// <summary>Gives some of the free pages back to the disk.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool ReleaseSpace()
    {
        var before = _connection.ReadNumber(FreePages);
        if (before == 0)
            return false;
        _connection.Prepare(ReleaseStep).Execute();
        return _connection.ReadNumber(FreePages) < before;
    }

    /// <summary>Forgets everything since <see cref="Begin"/>.</summary>
    public void Rollback()
    {
        Slices.Clear();
        _connection.ResetStatements();
        // SQLite ends the transaction by itself on some errors, such as a full disk.
        if (_connection.InTransaction)
            _connection.Prepare("ROLLBACK").Execute();
    }
}
