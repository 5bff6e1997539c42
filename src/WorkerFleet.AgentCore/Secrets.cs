using System.Text.RegularExpressions;

namespace WorkerFleet.AgentCore;

/// <summary>Keeps out of messages what a request proved with: servers like to repeat what they refuse.</summary>
internal static partial class Secrets
{
    private const string Hidden = "***";

    /// <summary>In characters: what is shorter would be found in ordinary text, and is no secret.</summary>
    private const int ShortestSecret = 8;

    private static readonly string[] Headers = ["Authorization", "X-Amz-Security-Token", AgentHeaders.CallbackToken];

    /// <param name="text">What was answered.</param>
    /// <param name="request">What it was the answer to.</param>
    public static string Hide(string text, HttpRequestMessage? request)
    {
        foreach (var header in Headers)
            if (request?.Headers.NonValidated.TryGetValues(header, out var values) == true)
                foreach (var value in values)
                    // Of `Bearer token` the token; of AWS's form the signature, which is the last part too.
                    text = Hide(text, value[(value.LastIndexOf(' ') + 1)..]);
        // One that was cut, or is another than ours.
        return JsonWebToken().Replace(text, Hidden);
    }

    private static string Hide(string text, string secret) =>
        secret.Length < ShortestSecret ? text : text.Replace(secret, Hidden, StringComparison.Ordinal);

    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]{10,}(\.[A-Za-z0-9_-]*){0,2}", RegexOptions.CultureInvariant)]
    private static partial Regex JsonWebToken();
}
