using System.Buffers;
using System.Text;
using SQLitePCL;

namespace WorkerFleet.Sqlite.Database;

/// <summary>A prepared statement. Parameters count from 1, columns from 0.</summary>
internal sealed class Statement(Connection connection, sqlite3_stmt handle) : IDisposable
{
    private const int StackBytes = 512;

    /// <summary>Larger values are not kept until the next use of the statement.</summary>
    private const int LargeBytes = 64 * 1024;

    private bool _holdsLarge;

    public Statement Bind(int parameter, long value)
    {
        connection.Check(raw.sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, long? value) =>
        value is { } number ? Bind(parameter, number) : BindNull(parameter);

    /// <summary>Version-7 ids as big-endian bytes, so that they sort in time.</summary>
    public Statement Bind(int parameter, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        connection.Check(raw.sqlite3_bind_blob(handle, parameter, bytes));
        return this;
    }

    public Statement Bind(int parameter, string? value)
    {
        if (value is null)
            return BindNull(parameter);
        if (value.Length == 0)
        {
            // An empty span has no address, which SQLite takes for NULL.
            connection.Check(raw.sqlite3_bind_text(handle, parameter, ""));
            return this;
        }

        var size = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (size <= StackBytes)
        {
            Span<byte> bytes = stackalloc byte[StackBytes];
            return BindText(parameter, bytes[..Encoding.UTF8.GetBytes(value, bytes)]);
        }

        var rented = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            return BindText(parameter, rented.AsSpan(0, Encoding.UTF8.GetBytes(value, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>UTF-8; NULL when empty.</summary>
    public Statement BindText(int parameter, ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return BindNull(parameter);
        _holdsLarge |= utf8.Length > LargeBytes;
        connection.Check(raw.sqlite3_bind_text(handle, parameter, utf8));
        return this;
    }

    /// <summary>Bytes; NULL when empty.</summary>
    public Statement BindBlob(int parameter, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return BindNull(parameter);
        _holdsLarge |= bytes.Length > LargeBytes;
        connection.Check(raw.sqlite3_bind_blob(handle, parameter, bytes));
        return this;
    }

    public Statement BindNull(int parameter)
    {
        connection.Check(raw.sqlite3_bind_null(handle, parameter));
        return this;
    }

    /// <summary>Goes to the next row. Whoever stops before the end has to <see cref="Reset"/>.</summary>
    /// <returns>False at the end, where the statement is reset already.</returns>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;
        // Resetting repeats the error, if there was one, so its message is still there.
        raw.sqlite3_reset(handle);
        connection.Check(code == raw.SQLITE_DONE ? raw.SQLITE_OK : code);
        return false;
    }

    /// <summary>Runs to the end.</summary>
    /// <returns>Rows changed; meaningless unless the statement is an INSERT, UPDATE or DELETE.</returns>
    public int Execute()
    {
        while (Step())
        {
        }

        if (_holdsLarge)
            raw.sqlite3_clear_bindings(handle);
        _holdsLarge = false;
        return connection.Changes;
    }

    public void Reset() => raw.sqlite3_reset(handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Number(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int(int column) => checked((int)Number(column));

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>The bytes of a text or blob; valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public Guid Guid(int column) => new(Bytes(column), bigEndian: true);

    /// <summary>An instant in UTC, stored in units of 100 ns since year 1.</summary>
    public DateTimeOffset Instant(int column) => new(Number(column), TimeSpan.Zero);

    public DateTimeOffset? InstantOrNull(int column) => IsNull(column) ? null : Instant(column);

    public void Dispose() => handle.Dispose();
}
