using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;

namespace WorkerFleet.AgentCore.Authorization;

/// <summary>
/// Signs requests by AWS Signature Version 4, as AWS's JavaScript client does: all headers but those that are changed on the
/// way. The SDK's own signer takes no requests of HttpClient, and no clock; see docs/decisions/0014.
/// </summary>
/// <param name="region">Such as <c>eu-central-1</c>.</param>
/// <param name="service">Such as <c>bedrock-agentcore</c>.</param>
internal sealed class SigV4Signer(string region, string service)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string DateHeader = "X-Amz-Date";
    private const string HashHeader = "X-Amz-Content-SHA256";
    private const string TokenHeader = "X-Amz-Security-Token";

    /// <summary>What proxies and HTTP clients change.</summary>
    private static readonly HashSet<string> Unsigned = new(StringComparer.Ordinal)
    {
        "authorization", "cache-control", "connection", "expect", "from", "keep-alive", "max-forwards", "pragma", "referer",
        "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    };

    /// <param name="request">Gets the headers of the signature; its address has to be the one that is sent.</param>
    /// <param name="body">Of the request.</param>
    /// <param name="credentials">Whose.</param>
    /// <param name="at">AWS takes it for five minutes from then.</param>
    /// <returns>The canonical request, to compare.</returns>
    public string Sign(
        HttpRequestMessage request, ReadOnlySpan<byte> body, ImmutableCredentials credentials, DateTimeOffset at)
    {
        var stamp = at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        request.Headers.TryAddWithoutValidation(DateHeader, stamp);
        request.Headers.TryAddWithoutValidation(HashHeader, hash);
        if (credentials.UseToken)
            request.Headers.TryAddWithoutValidation(TokenHeader, credentials.Token);

        var headers = HeadersOf(request);
        var names = string.Join(';', headers.Keys);
        var canonical = string.Join('\n',
            request.Method.Method, PathOf(request.RequestUri!), QueryOf(request.RequestUri!),
            string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n")), names, hash);
        var day = stamp[..8];
        var scope = $"{day}/{region}/{service}/aws4_request";
        var text = $"{Algorithm}\n{stamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signature = Convert.ToHexStringLower(Hmac(KeyOf(credentials.SecretKey, day), text));
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"{Algorithm} Credential={credentials.AccessKey}/{scope}, SignedHeaders={names}, Signature={signature}");
        return canonical;
    }

    private byte[] KeyOf(string secret, string day)
    {
        var key = Encoding.UTF8.GetBytes($"AWS4{secret}");
        foreach (var part in new[] { day, region, service, "aws4_request" })
            key = Hmac(key, part);
        return key;
    }

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static SortedDictionary<string, string> HeadersOf(HttpRequestMessage request)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = request.Headers.Host ?? request.RequestUri!.Authority,
        };
        foreach (var header in request.Headers.NonValidated)
            Add(header.Key, header.Value.ToString());
        if (request.Content is { } content)
        {
            foreach (var header in content.Headers.NonValidated)
                Add(header.Key, header.Value.ToString());
            if (content.Headers.ContentLength is { } length)
                headers["content-length"] = length.ToString(CultureInfo.InvariantCulture);
        }
        return headers;

        void Add(string name, string value)
        {
            var key = name.ToLowerInvariant();
            if (!Unsigned.Contains(key))
                headers[key] = string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    /// <summary>Encoded once in the address, and once more here: so it is for all services but S3.</summary>
    private static string PathOf(Uri address) =>
        string.Join('/', address.AbsolutePath.Split('/').Select(Uri.EscapeDataString));

    private static string QueryOf(Uri address) => string.Join('&', address.Query
        .TrimStart('?')
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2).Select(Encode).ToArray())
        .OrderBy(pair => pair[0], StringComparer.Ordinal)
        .ThenBy(pair => pair.ElementAtOrDefault(1), StringComparer.Ordinal)
        .Select(pair => $"{pair[0]}={pair.ElementAtOrDefault(1)}"));

    private static string Encode(string encoded) => Uri.EscapeDataString(Uri.UnescapeDataString(encoded));
}
