using Amazon.Runtime.Credentials;

namespace WorkerFleet.S3;

/// <summary>Looks for credentials as every client of the SDK does.</summary>
public static class AwsCredentials
{
    /// <returns>What is wrong; null when there are some, whether or not AWS accepts them.</returns>
    public static async Task<string?> ProblemOfAsync(CancellationToken cancellationToken)
    {
        try
        {
            var credentials = await new DefaultAWSCredentialsIdentityResolver()
                .ResolveIdentityAsync(clientConfig: null, cancellationToken);
            await credentials.GetCredentialsAsync().WaitAsync(cancellationToken);
            return null;
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception))
        {
            return AwsProblems.Describe(exception);
        }
    }
}
