namespace WorkerFleet.Acceptance.Crashes;

/// <summary>What a run is let do before it is killed.</summary>
internal enum KillAt
{
    /// <summary>It has made its data folder: about to take the source in.</summary>
    Beginning,

    /// <summary>It has said which batch it works on, and not much more.</summary>
    Submitted,

    /// <summary>A number of rows is settled.</summary>
    Settled,

    /// <summary>Every row is settled, and the results are being written.</summary>
    Aggregating,
}

/// <param name="At">The state to wait for.</param>
/// <param name="Rows">Rows that have to be settled, over all runs.</param>
/// <param name="Progress">Rows that have to be settled in this run at least, so that a kill does not repeat the last one.</param>
/// <param name="Turns">How many further turns to give the run, a few milliseconds each.</param>
internal sealed record KillPoint(KillAt At, int Rows, int Progress, int Turns)
{
    /// <summary>Points over the whole life of a batch, the same for the same seed.</summary>
    public static IReadOnlyList<KillPoint> Draw(int seed, int kills, int rows)
    {
        var random = new Random(seed);
        var settled = kills - 4;
        var step = rows / (settled + 1);
        return
        [
            new(KillAt.Beginning, 0, 0, random.Next(20)),
            new(KillAt.Submitted, 0, 0, random.Next(20)),
            .. Enumerable.Range(1, settled).Select(number => new KillPoint(
                KillAt.Settled, (number * step) - random.Next(step / 2), 1 + random.Next(step / 4), random.Next(4))),
            new(KillAt.Settled, rows, 0, 0),
            new(KillAt.Aggregating, rows, 0, random.Next(2)),
        ];
    }
}
