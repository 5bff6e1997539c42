using System.Net;
using WorkerFleet.Cli.Doctor;
using WorkerFleet.Cli.Doctor.Checks;
using WorkerFleet.S3;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <content>AWS.</content>
internal static partial class DoctorCases
{
    private static readonly string NoCredentials = "no AWS credentials were found; set AWS_PROFILE";

    private static AwsCheck Good => new(isUsed: true, _ => Task.FromResult<string?>(null));

    private static IEnumerable<DoctorCase> Aws()
    {
        yield return DoctorCase.Of(
            DoctorCodes.AwsCredentials, new AwsCheck(isUsed: true, _ => Task.FromResult<string?>(NoCredentials)));
        yield return Tables(DoctorCodes.AwsExpired, _ => AwsServer.Refuse("ExpiredTokenException"));
        yield return Tables(DoctorCodes.AwsRefused, _ => AwsServer.Refuse("UnrecognizedClientException"));
        yield return Bucket(DoctorCodes.AwsRegion, () => RefusingS3.With("PermanentRedirect", HttpStatusCode.MovedPermanently));
        yield return Bucket(DoctorCodes.AwsUnreachable, () => RefusingS3.With(new HttpRequestException("no route to host")));
        yield return Bucket(DoctorCodes.AwsFailed, () => RefusingS3.With("Strange", HttpStatusCode.BadRequest));
        yield return Tables(DoctorCodes.TablesMissing, _ => AwsServer.Refuse("ResourceNotFoundException"));
        yield return Tables(DoctorCodes.TablesIndex, operation => AwsServer.Table(operation));
        yield return Tables(DoctorCodes.TablesKey, operation => AwsServer.Table(operation, partitionKey: "id"));
        yield return Tables(DoctorCodes.TablesExpiry, operation => AwsServer.Table(operation));
        yield return Tables(DoctorCodes.TablesDenied, _ => AwsServer.Refuse("AccessDeniedException"));
        yield return Bucket(DoctorCodes.BucketMissing, () => RefusingS3.With("NoSuchBucket", HttpStatusCode.NotFound));
        yield return Bucket(DoctorCodes.BucketDenied, () => RefusingS3.With("AccessDenied", HttpStatusCode.Forbidden));
        yield return Permissions(DoctorCodes.PermissionsDenied, "not authorized to perform: dynamodb:Query");
        yield return Permissions(DoctorCodes.PermissionsKms, "not authorized to perform: kms:Decrypt");
    }

    private static DoctorCase Tables(DoctorCode code, Func<string, (string Status, string Body)> answer) => new(code, async () =>
    {
        await using var server = new AwsServer(answer);
        return await DoctorCase.RunAsync(new TablesCheck(server.DynamoDb, Good, FixedTime.Instance));
    });

    private static DoctorCase Bucket(DoctorCode code, Func<S3Connection> connect) =>
        DoctorCase.Of(code, new BucketCheck("my-bucket", connect, Good));

    /// <summary>Everything is allowed but to query.</summary>
    private static DoctorCase Permissions(DoctorCode code, string message) => new(code, async () =>
    {
        await using var server = new AwsServer(operation =>
            operation == "Query" ? AwsServer.Refuse("AccessDeniedException", message) : ("200 OK", "{}"));
        var found = await DoctorCase.RunAsync(new PermissionsCheck(
            server.DynamoDb, bucket: null, () => throw new InvalidOperationException(), Good, isAsked: true, FixedTime.Instance));
        Assert.Equal(3, found.Count);
        Assert.All(found, finding => Assert.Contains("dynamodb:Query", finding.Text, StringComparison.Ordinal));
        return found;
    });
}
