using WorkerFleet.Aws;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.DynamoDb;
using WorkerFleet.DynamoDb.Tables;
using WorkerFleet.S3;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>
/// Tries what the role may do with tables and bucket, by a record and an object of the doctor's own, which it deletes.
/// </summary>
/// <param name="options">The tables; null where the store is a local one.</param>
/// <param name="bucket">The bucket; null for none.</param>
/// <param name="connect">Makes a connection to S3.</param>
/// <param name="aws">Whether there are credentials.</param>
/// <param name="isAsked">Whether the user wants it: it writes.</param>
/// <param name="time">The clock.</param>
internal sealed class PermissionsCheck(
    DynamoDbOptions? options, string? bucket, Func<S3Connection> connect, AwsCheck aws, bool isAsked, TimeProvider time)
    : IDoctorCheck
{
    public string Id => "permissions";

    public string Name => "permissions";

    public TimeSpan Limit => TimeSpan.FromSeconds(60);

    public DoctorCode Late => DoctorCodes.AwsUnreachable;

    public async Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        if (!isAsked || !aws.HasCredentials)
            return;
        var tried = 0;
        if (options is not null)
        {
            using var tables = new TablePermissions(options, time);
            foreach (var action in await tables.TryAsync(cancellationToken))
                Judge(action.Action, action.Resource, action.Problem, ref tried, findings);
        }

        if (bucket is not null)
        {
            using var s3 = connect();
            foreach (var action in await new BucketPermissions(s3, bucket).TryAsync(cancellationToken))
                Judge(action.Action, action.Resource, action.Problem, ref tried, findings);
        }

        if (findings.All.Count == 0)
            findings.Pass(tried == 0
                ? "nothing of the fleet is in AWS"
                : $"{Figures.Count(tried, "action")} on tables and bucket are allowed");
    }

    /// <summary>Other problems are found by the checks of tables and bucket.</summary>
    private static void Judge(string action, string resource, Exception? problem, ref int tried, Findings findings)
    {
        tried++;
        if (problem is null || AwsProblems.FaultOf(problem) != AwsFault.Denied)
            return;
        var reason = problem.InnerException?.Message ?? problem.Message;
        if (reason.Contains("kms:", StringComparison.OrdinalIgnoreCase) || reason.Contains("KMS", StringComparison.Ordinal))
            findings.Add(
                DoctorCodes.PermissionsKms, $"{action} on {resource} is denied, since its key may not be used: {reason}");
        else
            findings.Add(DoctorCodes.PermissionsDenied, $"{action} on {resource} is denied: {reason}",
                $"Give the role {action} on {resource}, as deploy/iam/submitter.json, worker.json and orchestrator.json do; " +
                "or see which policy denies it");
    }
}
