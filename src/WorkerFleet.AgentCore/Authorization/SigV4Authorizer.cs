using Amazon.Runtime;

namespace WorkerFleet.AgentCore.Authorization;

/// <summary>Signs requests with AWS credentials.</summary>
internal sealed class SigV4Authorizer(AwsIdentity identity, SigV4Signer signer, TimeProvider time) : IAuthorizer
{
    public async Task<object> AuthorizeAsync(
        HttpRequestMessage request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var credentials = await identity.GetAsync(cancellationToken);
        signer.Sign(request, body.Span, credentials, time.GetUtcNow());
        return credentials;
    }

    public Task<bool> RenewAsync(object refused, CancellationToken cancellationToken) =>
        identity.RenewAsync((ImmutableCredentials)refused, cancellationToken);

    public void Dispose() => identity.Dispose();
}
