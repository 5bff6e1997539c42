using WorkerFleet.Aws;
using WorkerFleet.S3;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>The bucket of sources and large values.</summary>
/// <param name="bucket">Its name; null for none.</param>
/// <param name="connect">Makes a connection to S3.</param>
/// <param name="aws">Whether there are credentials.</param>
internal sealed class BucketCheck(string? bucket, Func<S3Connection> connect, AwsCheck aws) : IDoctorCheck
{
    public string Id => "bucket";

    public string Name => "bucket";

    public TimeSpan Limit => TimeSpan.FromSeconds(20);

    public DoctorCode Late => DoctorCodes.AwsUnreachable;

    public async Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        if (bucket is null || !aws.HasCredentials)
            return;
        try
        {
            using var s3 = connect();
            if (await new S3Bucket(s3, bucket).ExistsAsync(cancellationToken))
                findings.Pass($"{bucket} is there");
            else
                findings.Add(DoctorCodes.BucketMissing, $"there is no bucket {bucket}; 'fleet provision' makes it");
        }
        catch (S3Exception exception)
        {
            findings.Add(
                AwsFindings.CodeOf(AwsProblems.FaultOf(exception), DoctorCodes.BucketDenied, DoctorCodes.BucketMissing),
                exception.Message);
        }
    }
}
