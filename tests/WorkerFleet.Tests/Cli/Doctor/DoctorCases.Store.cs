using Microsoft.Extensions.Configuration;
using SQLitePCL;
using WorkerFleet.Cli;
using WorkerFleet.Cli.Doctor;
using WorkerFleet.Cli.Doctor.Checks;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <content>The store. What can be done to a file is really done to it.</content>
internal static partial class DoctorCases
{
    private static IEnumerable<DoctorCase> Store()
    {
        yield return new(DoctorCodes.StoreLocked, () => WithDatabaseAsync(database => Execute(database, "BEGIN IMMEDIATE")));
        yield return new(DoctorCodes.StoreDamaged, () => InFolderAsync(cli => cli.Write(".fleet/fleet.db", new string('x', 20_000))));
        yield return new(DoctorCodes.StoreDamaged, OverwrittenAsync);
        yield return new(DoctorCodes.StoreNewer, () => WithDatabaseAsync(database => Execute(database, "PRAGMA user_version = 99")));
        yield return Faulty(DoctorCodes.StoreUnwritable, new UnauthorizedAccessException("denied"));
        yield return Faulty(DoctorCodes.StoreUnavailable, new StoreException(StoreFault.Unavailable, "no answer"));
        yield return Faulty(DoctorCodes.StoreFailed, new StoreException(StoreFault.Failed, "strange"));
    }

    private static DoctorCase Faulty(DoctorCode code, Exception fault) => new(code, async () =>
    {
        using var folder = new TempFolder();
        var common = new CommonValues(folder.Path, null, Json: false, LogLevel: null, new ConfigurationBuilder().Build());
        return await DoctorCase.RunAsync(new StoreCheck(
            common, StoreChoice.Of(common), new TablesCheck(null, Good, FixedTime.Instance), new FakeFacts { Fault = fault }));
    });

    /// <summary>A real database, which a connection does something to and stays open.</summary>
    private static async Task<IReadOnlyList<Finding>> WithDatabaseAsync(Action<sqlite3> act)
    {
        using var process = new CliProcess();
        process.Write("rows.csv", "name\nAnn\n");
        Assert.Equal(ExitCodes.Success, await process.RunAsync("run", "rows.csv", "--agent", "echo", "--prompt", "{{name}}"));
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open_v2(
            Path.Combine(process.Folder, ".fleet", "fleet.db"), out var database, raw.SQLITE_OPEN_READWRITE, null));
        using (database)
        {
            act(database);
            return await DoctorRun.FindAsync(process);
        }
    }

    /// <summary>A real database, whose middle something else has written over.</summary>
    private static async Task<IReadOnlyList<Finding>> OverwrittenAsync()
    {
        using var process = new CliProcess();
        process.Write("rows.csv", "name\n" + string.Concat(Enumerable.Repeat("Ann\n", 500)));
        Assert.Equal(ExitCodes.Success, await process.RunAsync("run", "rows.csv", "--agent", "echo", "--prompt", "{{name}}"));
        await using (var file = File.OpenWrite(Path.Combine(process.Folder, ".fleet", "fleet.db")))
        {
            // Not the first page: that it is a database can still be seen.
            file.Position = file.Length / 4;
            file.Write(Enumerable.Repeat((byte)0xAA, (int)file.Length / 2).ToArray());
        }

        return await DoctorRun.FindAsync(process);
    }

    private static void Execute(sqlite3 database, string sql) => Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(database, sql));
}
