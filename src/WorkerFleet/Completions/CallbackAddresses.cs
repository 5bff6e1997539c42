namespace WorkerFleet.Completions;

/// <summary>Tells agents where to call back, if callbacks are configured.</summary>
public sealed class CallbackAddresses(CallbackOptions options)
{
    /// <summary>What is below the base address.</summary>
    public const string Path = "/callbacks/";

    private Uri? _url = options.Url;

    /// <summary>The address of this process, once it listens; what is configured goes first.</summary>
    public void Use(Uri ownAddress) => _url ??= ownAddress;

    /// <returns>Null when there are no callbacks.</returns>
    public Callback? Of(string session) => _url is { } url
        ? new(new($"{url.ToString().TrimEnd('/')}{Path}{session}"), options.TokenFor(session))
        : null;
}

/// <param name="Url">Where the agent posts an <see cref="AgentEvent"/> to.</param>
/// <param name="Token">The bearer token that it sends along.</param>
public sealed record Callback(Uri Url, string Token);
