using System.Text;

namespace WorkerFleet.AgentCore.Authorization;

/// <summary>Reads a bearer token from a file that somebody else keeps fresh.</summary>
internal static class TokenFile
{
    /// <summary>
    /// How long it is taken for the same. Looking at the file's time instead would miss those that Kubernetes mounts: links to
    /// a link that changes.
    /// </summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <exception cref="CredentialException">It cannot be read, or holds no token.</exception>
    public static async Task<Fetched<string>> ReadAsync(
        string path, TimeProvider time, CancellationToken cancellationToken)
    {
        string token;
        try
        {
            await using var file = File.OpenRead(path);
            var buffer = new byte[BearerToken.MaxLength + 1];
            var length = await file.ReadAtLeastAsync(
                buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            token = Encoding.UTF8.GetString(buffer, 0, length).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CredentialException($"the token's file cannot be read: {exception.Message}", exception);
        }
        if (BearerToken.ProblemOf(token) is { } problem)
            throw new CredentialException($"the token in {path} {problem}");
        // While it is being replaced, what was read last will do: if it does not, the agent says so.
        return new(token, time.GetUtcNow() + Interval, DateTimeOffset.MaxValue);
    }
}
