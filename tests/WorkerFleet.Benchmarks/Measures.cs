namespace WorkerFleet.Benchmarks;

/// <summary>What is measured, and what has to be reached.</summary>
internal static class Measures
{
    public const int ThroughputRows = 100_000;

    /// <summary>The best for both sides: with far more consumers than work, the in-memory bus wakes them all each time.</summary>
    public const int ThroughputConcurrency = 64;

    public const double ThroughputRatio = 0.6;

    public const int UtilisationRows = 20_000;
    public const int UtilisationConcurrency = 200;
    public const double UtilisationRatio = 0.95;
    public static readonly TimeSpan UtilisationLatency = TimeSpan.FromMilliseconds(100);

    public const int FewRows = 20_000;
    public const int ManyRows = 1_000_000;
    public const double MemoryRatio = 1.3;

    public const int BrokerRows = 50_000;
    public const double BrokerRatio = 0.6;

    /// <summary>Twenty rounds of every worker.</summary>
    public const int WarmUpRows = 2_000;

    public const int ScaleRows = 10_000;
    public const int ScaleConcurrency = 25;
    public const int ScaleWorkers = 4;
    public const double ScaleRatio = 3.7;
    public static readonly TimeSpan ScaleLatency = TimeSpan.FromMilliseconds(200);

    public const int LimitRows = 1_000;
    public const int Limit = 10;
    public const double LimitRatio = 0.9;

    public const int WatchersRows = 100_000;
    public const int Watchers = 200;
    public const double WatchersRatio = 0.95;

    /// <summary>Half a minute of the agent that takes its time.</summary>
    public const int LoadRows = 20_000;

    /// <summary>All clients together: what a few dozen pages of a dashboard ask for.</summary>
    public const int ReadsPerSecond = 50;
    public const int ReadClients = 8;
    public static readonly TimeSpan ReadLimit = TimeSpan.FromMilliseconds(100);

    public static readonly TimeSpan CompletionLimit = TimeSpan.FromSeconds(2);
}
