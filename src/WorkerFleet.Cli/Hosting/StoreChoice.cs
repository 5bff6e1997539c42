using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Cli.Options;
using WorkerFleet.DynamoDb;
using WorkerFleet.S3;
using WorkerFleet.Sqlite;

namespace WorkerFleet.Cli.Hosting;

/// <summary>The store that the configuration names, and all that commands have to know of which one it is.</summary>
internal sealed class StoreChoice
{
    private readonly CommonValues _common;

    private StoreChoice(CommonValues common, AwsSettings settings)
    {
        _common = common;
        Settings = settings;
    }

    public AwsSettings Settings { get; }

    /// <summary>Whether it is in the data folder; else it is in the cloud, where any machine can reach it.</summary>
    public bool IsLocal => Settings.Store == StoreKind.Sqlite;

    /// <summary>Whether there may be batches in it: to look at a folder that is not there would make one.</summary>
    public bool MayHoldBatches => !IsLocal || Directory.Exists(_common.DataFolder);

    /// <exception cref="UserErrorException">What is configured is wrong: all of it.</exception>
    public static StoreChoice Of(CommonValues common)
    {
        var problems = new List<string>();
        return AwsSettingsReader.Read(common.Configuration, problems) is { } settings
            ? new StoreChoice(common, settings)
            : throw new UserErrorException(problems);
    }

    /// <summary>For people.</summary>
    public string Display(CliContext cli) => IsLocal
        ? cli.ShortPath(_common.DataFolder)
        : $"the DynamoDB table {Settings.RunsTable}";

    /// <summary>For people, in full.</summary>
    public string Place => IsLocal ? _common.DataFolder : $"DynamoDB tables {Settings.RunsTable} and " +
        $"{Settings.JournalTable}, bucket {Settings.Bucket}";

    /// <summary>Why batches cannot be put into it, as far as that shows before one tries; null when they can.</summary>
    public string? ProblemOfWriting() => IsLocal && FolderAccess.ProblemOf(_common.DataFolder) is { } problem
        ? $"--data {_common.DataArgument ?? _common.DataFolder}: {problem}"
        : null;

    /// <param name="services">Gets the stores, and S3 for sources and results.</param>
    /// <param name="sqlite">How the local store behaves; null for its defaults.</param>
    public void AddTo(IServiceCollection services, SqliteStoreOptions? sqlite)
    {
        services.AddS3(Settings.S3);
        if (IsLocal)
            services.AddSqliteStore(_common.DataFolder, sqlite);
        else
            services.AddDynamoDbStore(Settings.DynamoDb).AddS3BlobStore(Settings.Bucket!);
    }
}
