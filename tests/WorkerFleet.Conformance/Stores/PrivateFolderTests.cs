using System.Runtime.Versioning;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Batches;
using WorkerFleet.Blobs;
using WorkerFleet.Sqlite;
using WorkerFleet.Storage;

namespace WorkerFleet.Conformance.Stores;

/// <summary>Who may look into the folder of a store.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PrivateFolderTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("fleet-private-");

    private string Data => Path.Combine(_temp.FullName, "data");

    public void Dispose() => _temp.Delete(recursive: true);

    [Fact]
    public void Create_ThatIsThere_KeepsItsMode()
    {
        var mode = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
        Directory.CreateDirectory(Data);
        File.SetUnixFileMode(Data, mode);

        PrivateFolder.Create(Data);

        Assert.Equal(mode, File.GetUnixFileMode(Data));
    }

    [Fact]
    public async Task Store_FirstUseIsTheDatabase_MakesAFolderForItsOwnerAlone()
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System)
            .AddSqliteStore(Data).BuildServiceProvider();

        await services.GetRequiredService<IBatchStore>().InsertAsync(
            new() { CorrelationId = Guid.CreateVersion7() }, CancellationToken.None);

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Data));
    }

    [Fact]
    public async Task Store_FirstUseIsABlob_MakesAFolderForItsOwnerAlone()
    {
        using var content = new MemoryStream([1]);

        await new FileBlobStore(Path.Combine(Data, "blobs")).PutAsync("a/b", content, CancellationToken.None);

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Data));
    }

    [Fact]
    public void Store_FirstUseIsALock_MakesAFolderForItsOwnerAlone()
    {
        using var taken = new FileBatchDrivers(Data).TryTake(Guid.CreateVersion7());

        Assert.NotNull(taken);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Data));
    }
}
