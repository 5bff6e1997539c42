using WorkerFleet.Aws;

namespace WorkerFleet.S3;

/// <summary>Reads objects as sources of batches.</summary>
public sealed class S3Sources(S3Connection connection, TimeProvider time)
{
    /// <summary>
    /// Opens an object to be read front to back. What goes wrong while it is read is an <see cref="S3Exception"/> as well,
    /// also that it was replaced meanwhile.
    /// </summary>
    /// <exception cref="S3Exception">It cannot be read: no such bucket or object, no right to, no credentials.</exception>
    public async Task<Stream> OpenAsync(S3Address address, CancellationToken cancellationToken)
    {
        try
        {
            return await S3ReadStream.OpenAsync(connection.Client, address, 0, time, cancellationToken);
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception) || exception is S3Exception)
        {
            throw S3Exception.Of(address, exception);
        }
    }
}
