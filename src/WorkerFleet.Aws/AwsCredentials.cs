using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;

namespace WorkerFleet.Aws;

/// <summary>Looks for credentials as every client of the SDK does.</summary>
public static class AwsCredentials
{
    /// <summary>
    /// Walks the SDK's chain anew: environment, web identity, profile (SSO and assumed roles too), container, instance. What is
    /// found renews itself where it expires.
    /// </summary>
    /// <param name="profile">Profile of the shared files to take instead; null for the chain.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AmazonClientException">There are none; <see cref="AwsProblems"/> has words for it.</exception>
    public static Task<AWSCredentials> ResolveAsync(string? profile, CancellationToken cancellationToken) =>
        // Off this thread: most of the chain blocks, and asking an instance for its role can take seconds.
        Task.Run(() => profile is null ? ResolveAsync(cancellationToken) : Task.FromResult(OfProfile(profile)), cancellationToken)
            .WaitAsync(cancellationToken);

    /// <returns>What is wrong; null when there are some, whether or not AWS accepts them.</returns>
    public static async Task<string?> ProblemOfAsync(CancellationToken cancellationToken)
    {
        try
        {
            var credentials = await ResolveAsync(profile: null, cancellationToken);
            await credentials.GetCredentialsAsync().WaitAsync(cancellationToken);
            return null;
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception))
        {
            return AwsProblems.Describe(exception);
        }
    }

    private static async Task<AWSCredentials> ResolveAsync(CancellationToken cancellationToken) =>
        await new DefaultAWSCredentialsIdentityResolver().ResolveIdentityAsync(clientConfig: null, cancellationToken);

    private static AWSCredentials OfProfile(string profile) =>
        new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out var credentials)
            ? credentials
            : throw new AmazonClientException(
                $"there is no AWS profile '{profile}' with credentials; 'aws configure list-profiles' names those there are");
}
