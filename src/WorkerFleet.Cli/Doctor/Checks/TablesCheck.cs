using WorkerFleet.Aws;
using WorkerFleet.DynamoDb;
using WorkerFleet.DynamoDb.Tables;
using WorkerFleet.Storage;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>The tables of runs and journal, their keys, indexes and expiry.</summary>
/// <param name="options">The tables; null where the store is a local one, or nobody knows.</param>
/// <param name="aws">Whether there are credentials.</param>
/// <param name="time">The clock.</param>
internal sealed class TablesCheck(DynamoDbOptions? options, AwsCheck aws, TimeProvider time) : IDoctorCheck
{
    public string Id => "tables";

    public string Name => "tables";

    public TimeSpan Limit => TimeSpan.FromSeconds(20);

    public DoctorCode Late => DoctorCodes.AwsUnreachable;

    /// <summary>Whether they are good, as far as was looked.</summary>
    public bool AreThere { get; private set; } = true;

    public async Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        AreThere = aws.HasCredentials;
        if (options is null || !aws.HasCredentials)
            return;
        AreThere = false;
        try
        {
            using var tables = new DynamoDbTables(options, time);
            var differences = await tables.CompareAsync(cancellationToken);
            foreach (var found in differences)
                findings.Add(
                    CodeOf(found), $"{found.Table}: {found.Problem}{(found.CanBeMade ? "; 'fleet provision' makes it" : "")}");
            AreThere = differences.Count == 0;
            if (AreThere)
                findings.Pass($"{options.RunsTable} and {options.JournalTable} are there, with their indexes and expiry");
        }
        catch (StoreException exception)
        {
            findings.Add(
                AwsFindings.CodeOf(AwsProblems.FaultOf(exception), DoctorCodes.TablesDenied, DoctorCodes.TablesMissing),
                exception.Message);
        }
    }

    private static DoctorCode CodeOf(TableDifference difference) => difference switch
    {
        { Aspect: TableAspect.Table } => DoctorCodes.TablesMissing,
        { Aspect: TableAspect.Expiry } => DoctorCodes.TablesExpiry,
        { Aspect: TableAspect.Index, CanBeMade: true } => DoctorCodes.TablesIndex,
        _ => DoctorCodes.TablesKey,
    };
}
