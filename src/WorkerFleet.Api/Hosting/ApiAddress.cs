using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace WorkerFleet.Api.Hosting;

/// <summary>Where the API is really served, with the port that was taken.</summary>
public sealed class ApiAddress(IServer server)
{
    /// <exception cref="InvalidOperationException">It has not started.</exception>
    public Uri Of() => new(server.Features.Get<IServerAddressesFeature>()!.Addresses.First()
        .Replace("0.0.0.0", "localhost", StringComparison.Ordinal));
}
