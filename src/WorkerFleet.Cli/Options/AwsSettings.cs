using WorkerFleet.DynamoDb;
using WorkerFleet.S3;

namespace WorkerFleet.Cli.Options;

/// <summary>Where a fleet keeps its batches.</summary>
internal enum StoreKind
{
    /// <summary>In a folder of this machine.</summary>
    Sqlite,

    /// <summary>In tables of DynamoDB, and a bucket of S3 for what is too large for them.</summary>
    DynamoDb,
}

/// <summary>What the configuration says of AWS, and whether the store is there.</summary>
internal sealed record AwsSettings
{
    public const string DefaultRunsTable = "fleet-runs";
    public const string DefaultJournalTable = "fleet-journal";

    public StoreKind Store { get; init; }

    /// <summary>Null: as the SDK's own chain says.</summary>
    public string? Region { get; init; }

    /// <summary>Null: AWS's own.</summary>
    public Uri? DynamoDbEndpoint { get; init; }

    /// <summary>Null: AWS's own.</summary>
    public Uri? S3Endpoint { get; init; }

    /// <summary>Table of batches, slices, results, schedule, dead letters and workers.</summary>
    public string RunsTable { get; init; } = DefaultRunsTable;

    /// <summary>Table of the sessions' events, which agents may write to as well.</summary>
    public string JournalTable { get; init; } = DefaultJournalTable;

    /// <summary>How long records of DynamoDB are kept. 1 day or more; null: that store's own default.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>Bucket of sources and large values; there with <see cref="StoreKind.DynamoDb"/>, else maybe null.</summary>
    public string? Bucket { get; init; }

    public DynamoDbOptions DynamoDb
    {
        get
        {
            var options = new DynamoDbOptions
            {
                RunsTable = RunsTable, JournalTable = JournalTable, Region = Region, Endpoint = DynamoDbEndpoint,
            };
            return Retention is { } retention ? options with { Retention = retention } : options;
        }
    }

    public S3Options S3 => new() { Region = Region, Endpoint = S3Endpoint };
}
