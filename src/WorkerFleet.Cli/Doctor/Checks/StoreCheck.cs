using WorkerFleet.Aws;
using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Sqlite;
using WorkerFleet.Storage;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Whether the store opens, is whole, and can be written.</summary>
/// <param name="common">Where it is.</param>
/// <param name="store">Which it is; null where nobody knows.</param>
/// <param name="tables">Whether its tables are there: else there is nothing to open.</param>
/// <param name="facts">Reads it.</param>
internal sealed class StoreCheck(CommonValues common, StoreChoice? store, TablesCheck tables, IFleetFacts facts) : IDoctorCheck
{
    /// <summary>A fleet holds the right to write for milliseconds at a time.</summary>
    private static readonly TimeSpan LockWait = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan CheckTime = TimeSpan.FromSeconds(5);

    public string Id => "store";

    public string Name => store is { IsLocal: false } ? "store" : "database";

    public TimeSpan Limit => TimeSpan.FromSeconds(30);

    public DoctorCode Late => DoctorCodes.StoreUnavailable;

    public async Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        if (store is not { MayHoldBatches: true } || (!store.IsLocal && !tables.AreThere))
            return;
        try
        {
            // Off this thread, since SQLite blocks.
            var report = store.IsLocal
                ? await Task.Run(() => SqliteExamination.Examine(common.DataFolder, LockWait, CheckTime), cancellationToken)
                : null;
            await facts.UnfinishedAsync(cancellationToken);
            await facts.ProcessesAsync(cancellationToken);
            findings.Pass(report is null ? $"opens: {store.Place}" : Describe(report));
        }
        catch (Exception exception) when (StoreFacts.IsExpected(exception))
        {
            findings.Add(CodeOf(exception), exception.Message);
        }
    }

    private static string Describe(SqliteReport report) =>
        $"opens; SQLite {SQLitePCL.raw.sqlite3_libversion().utf8_to_string()}" + (report.Exists
            ? $", schema {report.SchemaVersion}, " +
                (report.IsComplete ? "whole" : $"no damage found in {Durations.Format(CheckTime)}, which is not all of it")
            : "");

    private static DoctorCode CodeOf(Exception exception) => (exception as StoreException)?.Fault switch
    {
        StoreFault.Locked => DoctorCodes.StoreLocked,
        StoreFault.Corrupt => DoctorCodes.StoreDamaged,
        StoreFault.NewerSchema => DoctorCodes.StoreNewer,
        StoreFault.Unavailable => DoctorCodes.StoreUnavailable,
        StoreFault.DiskFull => DoctorCodes.DiskFull,
        // Of tables that are missing, and of credentials that are not taken, the check of the tables has the word.
        StoreFault.NotWritable => AwsFindings.CodeOf(
            AwsProblems.FaultOf(exception), DoctorCodes.StoreUnwritable, DoctorCodes.TablesMissing) is var code
            && code == DoctorCodes.AwsFailed ? DoctorCodes.StoreUnwritable : code,
        null => exception is UnauthorizedAccessException ? DoctorCodes.StoreUnwritable : DoctorCodes.StoreFailed,
        _ => DoctorCodes.StoreFailed,
    };
}
