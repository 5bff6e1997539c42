using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkerFleet.Access;
using WorkerFleet.Batches;
using WorkerFleet.Completions;
using WorkerFleet.DeadLetters;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.DynamoDb.Ledger;
using WorkerFleet.DynamoDb.Tables;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Scheduling;
using WorkerFleet.Storage;
using WorkerFleet.Workers;

namespace WorkerFleet.DynamoDb;

/// <summary>Registers the cloud store.</summary>
public static class DynamoDbStore
{
    /// <summary>
    /// Keeps everything in two tables, which <see cref="DynamoDbTables"/> makes. Values that are too large for a record go to the
    /// <see cref="Blobs.IBlobStore"/>, which is to be registered beside this, and is to be one that all processes reach.
    /// </summary>
    public static IServiceCollection AddDynamoDbStore(this IServiceCollection services, DynamoDbOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new DynamoTables(options, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new DynamoDbTables(options, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<BatchInserts>();
        services.AddSingleton<BatchReads>();
        services.AddSingleton<BatchDeletes>();
        services.AddSingleton<LargeValues>();
        services.AddSingleton<SliceStore>();
        services.AddSingleton<SliceInsertion>();
        services.AddSingleton<SliceReopening>();
        services.AddSingleton<BlockStore>();
        services.AddSingleton<SettlementWriter>();
        services.AddSingleton<SettledReader>();
        services.AddSingleton<LedgerCounts>();
        services.AddSingleton<LedgerDeletion>();
        services.AddSingleton<LedgerRenewal>();
        services.AddSingleton<IBatchDrivers, FleetDrivers>();
        services.AddSingleton<IStoreMode, FleetStoreMode>();
        services.AddSingleton<IBatchStore, DynamoBatchStore>();
        services.AddSingleton<ILedger, DynamoLedger>();
        services.AddSingleton<IJournal, DynamoJournal>();
        services.AddSingleton<ICompletionFeed, DynamoCompletionFeed>();
        services.AddSingleton<ISchedule, DynamoSchedule>();
        services.AddSingleton<IDeadLetters, DynamoDeadLetters>();
        services.AddSingleton<IBrokenMessages, DynamoBrokenMessages>();
        services.AddSingleton<IWorkerRegistry, DynamoWorkerRegistry>();
        services.AddSingleton<ILeases, DynamoLeases>();
        services.AddSingleton<ILimitShares, DynamoLimitShares>();
        services.AddSingleton<IApiKeys, DynamoApiKeys>();
        services.AddSingleton(StorePace.Metered);
        services.AddHostedService<DynamoUsageReport>();
        return services;
    }
}
