using Amazon.S3;
using WorkerFleet.Aws;
using WorkerFleet.Results;

namespace WorkerFleet.S3;

/// <summary>Exports to <c>s3://bucket/prefix</c>.</summary>
internal sealed class S3ExportLocation(S3Connection connection, TimeProvider time) : IExportLocation
{
    public bool Knows(string folder) => S3Address.IsMeant(folder);

    public IExportFolder Open(string folder) => new S3ExportFolder(connection.Client, AddressOf(folder));

    public async Task<Stream?> OpenReadAsync(string folder, string name, CancellationToken cancellationToken)
    {
        var address = AddressOf(folder).Append(name);
        try
        {
            return await S3ReadStream.OpenAsync(connection.Client, address, 0, time, cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.ErrorCode == "NoSuchKey")
        {
            return null;
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception))
        {
            throw S3Exception.Of(address, exception);
        }
    }

    private static S3Address AddressOf(string folder) => S3Address.Parse(folder, needsKey: false) switch
    {
        ({ } address, _) => address,
        var (_, problem) => throw new ExportException($"Cannot write results to {folder}: {problem}."),
    };
}
