using WorkerFleet.Storage;

namespace WorkerFleet.Sqlite.Database;

/// <summary>The tables, and how a file gets them. Each version adds a step; steps are never changed.</summary>
internal static class Schema
{
    // Items and slices are keyed by (number of the ledger << 40) + row index, or + slice number: one integer, so that
    // they are appended in order and found without an index beside the table, and so that a large output stays out of
    // the inner pages of a b-tree.
    //
    // Instants are UTC in units of 100 ns since year 1, as .NET counts them.
    private const string Version1 = """
        CREATE TABLE batches (
            id BLOB PRIMARY KEY NOT NULL,
            version INTEGER NOT NULL,
            status TEXT NOT NULL,
            finished INTEGER NOT NULL,
            submitted_ticks INTEGER NOT NULL,
            state TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX batches_unfinished ON batches (id) WHERE finished = 0;

        CREATE TABLE ledgers (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            batch BLOB NOT NULL UNIQUE);

        CREATE TABLE slices (
            key INTEGER PRIMARY KEY,
            start_index INTEGER NOT NULL,
            start_offset INTEGER NOT NULL,
            start_line INTEGER NOT NULL,
            end_index INTEGER NOT NULL,
            end_offset INTEGER NOT NULL,
            end_line INTEGER NOT NULL,
            row_count INTEGER NOT NULL,
            pending BLOB NOT NULL,
            pending_count INTEGER NOT NULL,
            succeeded_count INTEGER NOT NULL,
            failed_count INTEGER NOT NULL,
            rejected_count INTEGER NOT NULL,
            cancelled_count INTEGER NOT NULL);

        CREATE TABLE items (
            key INTEGER PRIMARY KEY,
            state INTEGER NOT NULL,
            slice INTEGER NOT NULL,
            round INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            started_ticks INTEGER,
            settled_ticks INTEGER NOT NULL,
            duration_ticks INTEGER NOT NULL,
            item_id TEXT,
            agent TEXT NOT NULL,
            failure TEXT,
            output TEXT);
        CREATE INDEX items_by_id ON items (key >> 40, item_id) WHERE item_id IS NOT NULL;
        CREATE INDEX items_unsuccessful ON items (state, key) WHERE state > 1;

        CREATE TABLE journal (
            session TEXT NOT NULL,
            event TEXT NOT NULL,
            at_ticks INTEGER NOT NULL,
            status TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            worker TEXT,
            detail TEXT,
            PRIMARY KEY (session, event)) WITHOUT ROWID;

        CREATE TABLE schedule (
            key TEXT NOT NULL UNIQUE,
            batch BLOB NOT NULL,
            due_ticks INTEGER NOT NULL,
            queue TEXT NOT NULL,
            message_type TEXT NOT NULL,
            body TEXT NOT NULL,
            claim TEXT,
            claimed_until_ticks INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX schedule_by_due ON schedule (due_ticks);
        CREATE INDEX schedule_by_batch ON schedule (batch, due_ticks, queue);

        CREATE TABLE dead_letters (
            batch BLOB NOT NULL,
            item INTEGER NOT NULL,
            round INTEGER NOT NULL,
            state INTEGER NOT NULL,
            cause TEXT NOT NULL,
            failed_ticks INTEGER NOT NULL,
            item_id TEXT,
            agent TEXT NOT NULL,
            session TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            failure TEXT NOT NULL,
            PRIMARY KEY (batch, item, round)) WITHOUT ROWID;
        CREATE INDEX dead_letters_by_cause ON dead_letters (batch, cause, item, round, state, failed_ticks);
        """;

    // Leases and shares that ran out are deleted by whoever comes next, so none of these grows.
    private const string Version2 = """
        CREATE TABLE workers (
            id TEXT PRIMARY KEY NOT NULL,
            seen_ticks INTEGER NOT NULL,
            record TEXT NOT NULL) WITHOUT ROWID;

        CREATE TABLE leases (
            name TEXT PRIMARY KEY NOT NULL,
            holder TEXT NOT NULL,
            until_ticks INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE limit_shares (
            limit_name TEXT NOT NULL,
            holder TEXT NOT NULL,
            granted INTEGER NOT NULL,
            wanted INTEGER NOT NULL,
            until_ticks INTEGER NOT NULL,
            since_ticks INTEGER NOT NULL,
            PRIMARY KEY (limit_name, holder)) WITHOUT ROWID;

        CREATE TABLE broken_messages (
            id TEXT NOT NULL UNIQUE,
            found_ticks INTEGER NOT NULL,
            queue TEXT NOT NULL,
            cause TEXT NOT NULL,
            body BLOB NOT NULL);
        CREATE INDEX broken_messages_by_time ON broken_messages (found_ticks);
        """;

    // A record of each key without its secret; the number of keys has a limit.
    private const string Version3 = """
        CREATE TABLE api_keys (
            id TEXT PRIMARY KEY NOT NULL,
            record TEXT NOT NULL,
            revoked_ticks INTEGER) WITHOUT ROWID;
        """;

    // Few are archived, among very many that are not.
    private const string Version4 = """
        CREATE INDEX dead_letters_archived ON dead_letters (batch, item, round) WHERE state = 2;
        """;

    // What a row used is JSON, and mostly none; sums are numbers, of a slice as the counts are.
    private const string Version5 = """
        ALTER TABLE slices ADD COLUMN input_tokens INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE slices ADD COLUMN output_tokens INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE slices ADD COLUMN cost_nanos INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE items ADD COLUMN usage TEXT;
        """;

    private static readonly string[] Steps = [Version1, Version2, Version3, Version4, Version5];

    /// <summary>The version that this executable writes.</summary>
    public static int Current => Steps.Length;

    /// <summary>Whether the file is set up for this version.</summary>
    /// <exception cref="StoreException">The file is of a newer version, or not ours.</exception>
    public static bool IsCurrent(Connection connection) => Version(connection) == Steps.Length;

    /// <summary>Sets the file up, or brings it to this version. Safe when several processes do it at once.</summary>
    /// <exception cref="StoreException">The file is of a newer version, or not ours.</exception>
    public static void Prepare(Connection connection)
    {
        if (IsCurrent(connection))
            return;
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            // Again, now that nobody else can change it.
            var version = Version(connection);
            if (version == 0 && connection.ReadNumber("SELECT COUNT(*) FROM sqlite_master") > 0)
                throw new StoreException(
                    StoreFault.Corrupt,
                    $"{connection.Path} is the database of another program. Use another data folder.");
            for (var step = version; step < Steps.Length; step++)
                connection.Execute(Steps[step]);
            connection.Execute($"PRAGMA user_version = {Steps.Length}");
            connection.Execute("COMMIT");
        }
        catch
        {
            if (connection.InTransaction)
                connection.Execute("ROLLBACK");
            throw;
        }
    }

    private static int Version(Connection connection)
    {
        var version = connection.ReadNumber("PRAGMA user_version");
        return version <= Steps.Length
            ? (int)version
            : throw new StoreException(
                StoreFault.NewerSchema,
                $"{connection.Path} was written by a newer version of fleet (schema {version}; this one knows up to "
                + $"{Steps.Length}). Use that version, or another data folder.");
    }
}
