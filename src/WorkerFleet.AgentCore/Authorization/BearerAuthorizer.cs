namespace WorkerFleet.AgentCore.Authorization;

/// <summary>Puts an OAuth bearer token on requests.</summary>
/// <param name="tokens">Where it comes from.</param>
/// <param name="source">Ends with this.</param>
internal sealed class BearerAuthorizer(Renewable<string> tokens, IDisposable? source = null) : IAuthorizer
{
    public async Task<object> AuthorizeAsync(
        HttpRequestMessage request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var token = await tokens.GetAsync(cancellationToken);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return token;
    }

    public async Task<bool> RenewAsync(object refused, CancellationToken cancellationToken) =>
        await tokens.RenewAsync((string)refused, cancellationToken) != (string)refused;

    public void Dispose()
    {
        tokens.Dispose();
        source?.Dispose();
    }
}
