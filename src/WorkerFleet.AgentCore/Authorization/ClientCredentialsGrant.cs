using System.Text;
using System.Text.Json;
using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore.Authorization;

/// <summary>Gets bearer tokens by OAuth's client-credentials grant (RFC 6749, 4.4).</summary>
internal sealed class ClientCredentialsGrant(AgentAuthOptions options, TimeProvider time) : IDisposable
{
    /// <summary>For the whole exchange.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    /// <summary>Assumed where the answer does not say.</summary>
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(1);

    /// <summary>How long before its end a token is replaced; half of its life where that is shorter.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly Uri _address = new(options.TokenUrl!);
    private readonly HttpClient _client = AgentClient.Create(new Uri(options.TokenUrl!));

    /// <exception cref="CredentialException">None is granted, or nobody answers.</exception>
    public async Task<Fetched<string>> RequestAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var askedAt = time.GetUtcNow();
        try
        {
            using var request = NewRequest();
            using var response = await _client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await BoundedBody.ReadStartAsync(response.Content, BearerToken.MaxLength, either.Token);
            return response.IsSuccessStatusCode ? Read(body, askedAt) : throw Refused(response, body);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Failed($"cannot be reached ({exception.GetBaseException().Message})", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed($"gave no answer within {TimeLimit.TotalSeconds:0} s", exception);
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage NewRequest()
    {
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials" };
        if (!string.IsNullOrWhiteSpace(options.Scope))
            form["scope"] = options.Scope;
        var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new FormUrlEncodedContent(form) };
        // Encoded first, as RFC 6749, 2.3.1 has it: a colon in the id would end it.
        var client = $"{Uri.EscapeDataString(options.ClientId!)}:{Uri.EscapeDataString(options.ClientSecret!)}";
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(client))}");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        return request;
    }

    private Fetched<string> Read(byte[] body, DateTimeOffset askedAt)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var token = root.GetProperty("access_token"u8).GetString() ?? "";
            if (BearerToken.ProblemOf(token) is { } problem)
                throw Failed($"answered with a token that {problem}");
            var life = root.TryGetProperty("expires_in"u8, out var seconds) && Seconds(seconds) is { } value
                ? TimeSpan.FromSeconds(Math.Clamp(value, 0, LongestLifetime.TotalSeconds))
                : DefaultLifetime;
            return new(token, askedAt + life - (life < 2 * Margin ? life / 2 : Margin), askedAt + life);
        }
        catch (Exception exception) when (
            exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Failed("answered, but not with an access_token; is it a token endpoint?", exception);
        }
    }

    /// <summary>Some servers write the number as a string.</summary>
    private static double? Seconds(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number
        : value.ValueKind == JsonValueKind.String && int.TryParse(value.GetString(), out var parsed) ? parsed
        : null;

    /// <summary>Of the answer only OAuth's own words: servers repeat in others what they were sent.</summary>
    private CredentialException Refused(HttpResponseMessage response, byte[] body)
    {
        var code = "";
        try
        {
            using var document = JsonDocument.Parse(body);
            code = document.RootElement.GetProperty("error"u8).GetString() switch
            {
                "invalid_client" => " invalid_client; see that ClientId and ClientSecret belong together",
                "invalid_scope" => " invalid_scope; see that Scope is one the client may have",
                "unauthorized_client" => " unauthorized_client; the client may not use client credentials",
                "invalid_request" => " invalid_request",
                "unsupported_grant_type" => " unsupported_grant_type",
                _ => "",
            };
        }
        catch (Exception exception) when (
            exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // The status will do.
        }
        return Failed($"answered {(int)response.StatusCode}{code}");
    }

    private CredentialException Failed(string what, Exception? inner = null) =>
        new($"the token endpoint {_address.GetLeftPart(UriPartial.Path)} {what}", inner);
}
