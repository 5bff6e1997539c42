namespace WorkerFleet.Storage;

/// <summary>Why the store could not do what was asked.</summary>
public enum StoreFault
{
    /// <summary>None of the others; the message says what the database reported.</summary>
    Failed,

    /// <summary>No room is left where the store keeps its data.</summary>
    DiskFull,

    /// <summary>Somebody else held the store for longer than one waits for it. Trying again can help.</summary>
    Locked,

    /// <summary>
    /// The store did not answer, or asked to slow down, for longer than one waits. Whether a write took effect is in doubt.
    /// Trying again can help.
    /// </summary>
    Unavailable,

    /// <summary>The data cannot be read: damaged, or not written by the fleet.</summary>
    Corrupt,

    /// <summary>The data cannot be opened or written: missing rights, or a folder or medium that is read-only.</summary>
    NotWritable,

    /// <summary>The data was written by a newer version of the fleet.</summary>
    NewerSchema,

    /// <summary>One record is larger than the store takes.</summary>
    TooLarge,
}
