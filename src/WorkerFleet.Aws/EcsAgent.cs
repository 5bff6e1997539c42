using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkerFleet.Aws;

/// <summary>
/// The agent of ECS that looks after the task this process runs in. It is asked over its endpoint on the machine itself,
/// signs with the task's role, and speaks for this task alone.
/// </summary>
public sealed class EcsAgent : IDisposable
{
    /// <summary>Set by ECS in every container of a task.</summary>
    public const string UriVariable = "ECS_AGENT_URI";

    /// <summary>ECS takes 1 to so many.</summary>
    public const int MaxProtectionMinutes = 2_880;

    private const string ProtectionPath = "/task-protection/v1/state";
    private const int MaxAnswerBytes = 64 * 1_024;
    private const int MaxReason = 300;

    /// <summary>The agent gives up on ECS after 4 s.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(6);

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNameCaseInsensitive = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly HttpClient _client;
    private readonly Uri _protection;

    /// <param name="endpoint">What <see cref="UriVariable"/> says.</param>
    public EcsAgent(Uri endpoint)
    {
        _protection = new(endpoint.AbsoluteUri.TrimEnd('/') + ProtectionPath);
        // A proxy would not know the way to an address of this machine.
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        _client = new(handler) { Timeout = Timeout, MaxResponseContentBufferSize = MaxAnswerBytes };
    }

    /// <summary>Takes, renews or gives back the task's protection from scale-in and deployments.</summary>
    /// <param name="isProtected">Whether it is to be protected.</param>
    /// <param name="time">For how long; whole minutes count, and a part of one as a whole.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why it is not so, for a person; null when it is.</returns>
    public async Task<string?> SetProtectionAsync(bool isProtected, TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, _protection);
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(
                isProtected ? new Request(true, MinutesOf(time)) : new Request(false, null), Json));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await _client.SendAsync(request, cancellationToken);
            var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return ProblemOf((int)response.StatusCode, answer, isProtected);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"the agent of ECS did not answer within {Timeout.TotalSeconds:0} s";
        }
        catch (HttpRequestException exception)
        {
            return $"the agent of ECS cannot be asked ({OneLine(exception.Message)})";
        }
    }

    public void Dispose() => _client.Dispose();

    private static int MinutesOf(TimeSpan time) =>
        (int)Math.Clamp(Math.Ceiling(time.TotalMinutes), 1, MaxProtectionMinutes);

    /// <summary>
    /// That ECS refuses comes with the status 200, too: only an answer with the state itself says that it is
    /// so.
    /// </summary>
    private static string? ProblemOf(int status, byte[] answer, bool isProtected)
    {
        if (Read(answer) is not { } body)
            return $"the agent of ECS answered {status}, without a state";
        if (body.Failure is { } failure)
            return $"ECS refuses ({OneLine($"{failure.Reason} {failure.Detail}")})";
        if (body.Error is { } error)
            return $"the agent of ECS answered {status} ({OneLine($"{error.Code} {error.Message}")})" +
                (error.Code?.StartsWith("AccessDenied", StringComparison.Ordinal) == true
                    ? "; see deploy/iam/ecs-task.json for what the task's role needs"
                    : "");
        return status is >= 200 and < 300 && body.Protection?.ProtectionEnabled == isProtected
            ? null
            : $"the agent of ECS answered {status}, with another state than was asked for";
    }

    private static Answer? Read(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<Answer>(json, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length > MaxReason ? line[..MaxReason] : line;
    }

    private sealed record Request(bool ProtectionEnabled, int? ExpiresInMinutes);

    private sealed record Answer(State? Protection, Failure? Failure, Error? Error);

    private sealed record State(bool ProtectionEnabled);

    private sealed record Failure(string? Reason, string? Detail);

    private sealed record Error(string? Code, string? Message);
}
