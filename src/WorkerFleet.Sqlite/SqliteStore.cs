using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Access;
using WorkerFleet.Batches;
using WorkerFleet.Blobs;
using WorkerFleet.DeadLetters;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Scheduling;
using WorkerFleet.Sqlite.Database;
using WorkerFleet.Storage;
using WorkerFleet.Workers;

namespace WorkerFleet.Sqlite;

/// <summary>Registers the embedded store.</summary>
public static class SqliteStore
{
    /// <summary>Keeps everything in <paramref name="dataFolder"/>, which is created when first needed.</summary>
    /// <param name="services">Gets the stores.</param>
    /// <param name="dataFolder">On a local disk; any number of processes may use it.</param>
    /// <param name="options">Null for the defaults.</param>
    public static IServiceCollection AddSqliteStore(
        this IServiceCollection services, string dataFolder, SqliteStoreOptions? options = null)
    {
        services.AddSingleton(provider => new SqliteDatabase(
            dataFolder,
            options ?? new SqliteStoreOptions(),
            provider.GetService<ILogger<SqliteDatabase>>() ?? NullLogger<SqliteDatabase>.Instance));
        services.AddSingleton(_ => new FileBatchDrivers(dataFolder));
        services.AddSingleton<IBatchDrivers>(provider => provider.GetRequiredService<FileBatchDrivers>());
        services.AddSingleton<IStoreMode>(_ => new FleetLock(dataFolder));
        services.AddSingleton<IBatchStore, SqliteBatchStore>();
        services.AddSingleton<ILedger, SqliteLedger>();
        services.AddSingleton<IJournal, SqliteJournal>();
        services.AddSingleton<ISchedule, SqliteSchedule>();
        services.AddSingleton<IDeadLetters, SqliteDeadLetters>();
        services.AddSingleton<IBrokenMessages, SqliteBrokenMessages>();
        services.AddSingleton<IWorkerRegistry, SqliteWorkerRegistry>();
        services.AddSingleton<ILeases, SqliteLeases>();
        services.AddSingleton<ILimitShares, SqliteLimitShares>();
        services.AddSingleton<IApiKeys, SqliteApiKeys>();
        services.AddSingleton(StorePace.Local);
        services.AddSingleton<IBlobStore>(_ => new FileBlobStore(Path.Combine(dataFolder, "blobs")));
        return services;
    }
}
