using Amazon.Runtime;
using WorkerFleet.Aws;

namespace WorkerFleet.AgentCore.Authorization;

/// <summary>The AWS credentials that calls are signed with.</summary>
/// <param name="profile">Of the shared files; null for the SDK's own chain.</param>
/// <param name="time">The clock.</param>
internal sealed class AwsIdentity(string? profile, TimeProvider time) : IDisposable
{
    /// <summary>An instance without a role takes about half of this to say so.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private readonly Renewable<AWSCredentials> _credentials = new(
        async cancellationToken => new Fetched<AWSCredentials>(
            // They renew themselves; looked for anew they are only when they are refused.
            await LimitAsync(token => AwsCredentials.ResolveAsync(profile, token), time, cancellationToken),
            DateTimeOffset.MaxValue, DateTimeOffset.MaxValue),
        time);

    /// <exception cref="CredentialException">There are none.</exception>
    public async Task<ImmutableCredentials> GetAsync(CancellationToken cancellationToken) =>
        await ReadAsync(await _credentials.GetAsync(cancellationToken), cancellationToken);

    /// <returns>Whether there are other ones than were refused.</returns>
    /// <exception cref="CredentialException">There are none any more.</exception>
    public async Task<bool> RenewAsync(ImmutableCredentials refused, CancellationToken cancellationToken)
    {
        var source = await _credentials.GetAsync(cancellationToken);
        if (!(await ReadAsync(source, cancellationToken)).Equals(refused))
            return true;
        var renewed = await _credentials.RenewAsync(source, cancellationToken);
        return !(await ReadAsync(renewed, cancellationToken)).Equals(refused);
    }

    public void Dispose() => _credentials.Dispose();

    private Task<ImmutableCredentials> ReadAsync(AWSCredentials source, CancellationToken cancellationToken) =>
        LimitAsync(token => source.GetCredentialsAsync().WaitAsync(token), time, cancellationToken);

    private static async Task<T> LimitAsync<T>(
        Func<CancellationToken, Task<T>> run, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await run(either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CredentialException($"AWS credentials could not be had within {Limit.TotalSeconds:0} s", exception);
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception))
        {
            throw new CredentialException(AwsProblems.Describe(exception), exception);
        }
    }
}
