using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerFleet.Sqlite;
using WorkerFleet.Sqlite.Database;

namespace WorkerFleet.Conformance.Stores;

/// <summary>The embedded store in a folder of its own.</summary>
public sealed class SqliteFixture : IStoreFixture
{
    private readonly List<ServiceProvider> _opened = [];

    private SqliteFixture()
    {
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("fleet-store-").FullName;

    public string DatabasePath => Path.Combine(Folder, "fleet.db");

    public static SqliteFixture Create() => new();

    public IServiceProvider Open() => Open(new SqliteStoreOptions());

    internal ServiceProvider Open(SqliteStoreOptions options, ILogger<SqliteDatabase>? logger = null)
    {
        var services = new ServiceCollection().AddSqliteStore(Folder, options);
        if (logger is not null)
            services.AddSingleton(logger);
        var provider = services.BuildServiceProvider();
        _opened.Add(provider);
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in _opened)
            await provider.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
