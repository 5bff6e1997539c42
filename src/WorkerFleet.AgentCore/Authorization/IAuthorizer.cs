namespace WorkerFleet.AgentCore.Authorization;

/// <summary>Puts on requests what proves who calls. Safe for concurrent use.</summary>
internal interface IAuthorizer : IDisposable
{
    /// <summary>Last of all: nothing that is signed may change after it.</summary>
    /// <param name="request">With all its headers.</param>
    /// <param name="body">Of the request.</param>
    /// <param name="cancellationToken">Ends the wait for credentials.</param>
    /// <returns>What the request was authorized with, for <see cref="RenewAsync"/>.</returns>
    /// <exception cref="CredentialException">There is nothing to authorize it with.</exception>
    Task<object> AuthorizeAsync(
        HttpRequestMessage request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>Looks for other credentials, since these were refused.</summary>
    /// <returns>Whether there are other ones, so that another try makes sense.</returns>
    /// <exception cref="CredentialException">There are none any more.</exception>
    Task<bool> RenewAsync(object refused, CancellationToken cancellationToken);
}
