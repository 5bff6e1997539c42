namespace WorkerFleet.Workers;

/// <summary>A limit that holds for the whole fleet, as this process knows it: of a batch, or of an agent.</summary>
/// <param name="name">See <see cref="ShareClaim.Limit"/>.</param>
/// <param name="use">What it is of.</param>
/// <param name="lease">How long a share stays this process's when it says nothing any more.</param>
internal sealed class SharedLimit(string name, ILimitUse use, TimeSpan lease)
{
    private int _total;
    private long _validUntil;
    private int _owes;
    private int _wanted;

    public string Name => name;

    public ILimitUse Use => use;

    public TimeSpan Lease => lease;

    /// <summary>
    /// Whether what is in use lives on when this process has ended, so that its share must not be given back then.
    /// </summary>
    public bool OutlivesProcess { get; init; }

    /// <summary>What it is for the whole fleet.</summary>
    public int Total { get => Volatile.Read(ref _total); set => Volatile.Write(ref _total, value); }

    /// <summary>Timestamp until which the share may be used.</summary>
    public long ValidUntil { get => Volatile.Read(ref _validUntil); set => Volatile.Write(ref _validUntil, value); }

    /// <summary>What the newest claim asked for. None: whoever comes makes a new one at once.</summary>
    public int Wanted { get => Volatile.Read(ref _wanted); set => Volatile.Write(ref _wanted, value); }

    /// <summary>Whether more is reserved for this process than its share, until what is in use finishes.</summary>
    public bool Owes { get => Volatile.Read(ref _owes) != 0; set => Volatile.Write(ref _owes, value ? 1 : 0); }

    /// <summary>Sets what may be in use here, until a timestamp.</summary>
    public void Grant(int share, long validUntil)
    {
        ValidUntil = validUntil;
        use.Resize(share);
    }

    /// <summary>Takes the share away if its lease has ended.</summary>
    /// <param name="now">Timestamp.</param>
    /// <returns>Whether it has.</returns>
    public bool RunOut(long now)
    {
        if (ValidUntil > now)
            return false;
        Grant(0, ValidUntil);
        return true;
    }
}
