using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore.Authorization;

/// <summary>Makes what the options of an agent ask for.</summary>
internal static class Authorizers
{
    /// <param name="options">That <see cref="AuthValidation"/> has found to be good.</param>
    /// <param name="signer">Where calls are to be signed.</param>
    /// <param name="time">The clock.</param>
    public static IAuthorizer Create(AgentAuthOptions options, SigV4Signer signer, TimeProvider time)
    {
        if (options.Token is { } token)
            return new BearerAuthorizer(new(
                _ => Task.FromResult(new Fetched<string>(token, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue)), time));
        if (options.TokenFile is { } path)
            return new BearerAuthorizer(new(
                cancellationToken => TokenFile.ReadAsync(path, time, cancellationToken), time));
        if (options.TokenUrl is not null)
        {
            var grant = new ClientCredentialsGrant(options, time);
            return new BearerAuthorizer(new(grant.RequestAsync, time), grant);
        }
        return new SigV4Authorizer(new AwsIdentity(options.Profile, time), signer, time);
    }
}
