using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Sqlite;

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

    public IServiceProvider Open()
    {
        var provider = new ServiceCollection().AddSqliteStore(Folder).BuildServiceProvider();
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
