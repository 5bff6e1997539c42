using System.Security.Cryptography;
using System.Text;

namespace WorkerFleet.Completions;

/// <summary>Section <c>Fleet:Callbacks</c>: where agents that work in the background tell what became of a task.</summary>
public sealed record CallbackOptions
{
    public const string Section = "Fleet:Callbacks";

    /// <summary>Shortest <see cref="Secret"/>, in characters.</summary>
    public const int MinSecretLength = 16;

    /// <summary>TCP port that this process listens on; 0 takes a free one. Null (the default): it does not.</summary>
    public int? Port { get; init; }

    /// <summary>Address to listen on: <c>localhost</c> (the default), <c>*</c> for all of the machine's, or one IP address.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>
    /// Base address at which agents reach the callbacks, as a load balancer may have it; each worker needs it. By default that of this
    /// process, if it listens.
    /// </summary>
    public Uri? Url { get; init; }

    /// <summary>What the tokens are made with: the same in all processes, and known to no one else.</summary>
    public string Secret { get; init; } = "";

    /// <summary>What an agent proves with that it was called in this session.</summary>
    public string TokenFor(string session) => Convert.ToBase64String(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(session)))
        .TrimEnd('=').Replace('+', '-').Replace('/', '_');

    public bool IsTokenOf(string session, string token) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(TokenFor(session)), Encoding.UTF8.GetBytes(token));
}
