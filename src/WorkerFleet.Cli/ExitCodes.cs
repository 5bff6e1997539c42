namespace WorkerFleet.Cli;

/// <summary>What the process ends with; scripts rely on these.</summary>
internal static class ExitCodes
{
    /// <summary>Everything asked for was done; of a batch: all rows succeeded.</summary>
    public const int Success = 0;

    /// <summary>The batch completed, and some of its rows failed or were rejected.</summary>
    public const int CompletedWithFailures = 1;

    /// <summary>The process that was asked for its health is not well, or does not answer.</summary>
    public const int NotWell = 1;

    /// <summary>What the fleet needs is not all there; a dry run has left it so.</summary>
    public const int NotProvisioned = 1;

    /// <summary>Bad usage or bad input: nothing was begun.</summary>
    public const int BadInput = 2;

    /// <summary>The batch failed or was cancelled, a check did not pass, or something broke.</summary>
    public const int Failed = 3;

    /// <summary>Stopped by Ctrl-C or a termination signal.</summary>
    public const int Interrupted = 130;
}
