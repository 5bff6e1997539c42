using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using WorkerFleet.Completions;
using WorkerFleet.Messaging;
using WorkerFleet.Storage;

namespace WorkerFleet.Api.Callbacks;

/// <summary>
/// Takes an event of an agent: 202 once it is durable; with any other answer the agent is to try again, or is told
/// what is wrong.
/// </summary>
public static partial class SessionCallback
{
    /// <summary>Largest body, in bytes: an output, and what is around it.</summary>
    public const int MaxBodyBytes = CompletionRecorder.MaxOutputBytes + (16 * 1024);

    private const string Scheme = "Bearer ";
    private const int MaxMessage = 500;

    /// <returns>The status to answer with; and one line for whoever wrote the agent, or null when it was taken
    /// in.</returns>
    public static async Task<(int Status, string? Problem)> TakeAsync(
        HttpContext http, string session, CallbackOptions options, CompletionRecorder recorder, ILogger logger)
    {
        var authorization = http.Request.Headers.Authorization.ToString();
        // Without a secret of its own, tokens could be made by anybody.
        if (options.Secret.Length < CallbackOptions.MinSecretLength
            || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || !options.IsTokenOf(session, authorization[Scheme.Length..].Trim()))
            return (StatusCodes.Status401Unauthorized, "the token of this session is missing or wrong");
        try
        {
            var agentEvent = await JsonSerializer.DeserializeAsync<AgentEvent>(
                http.Request.Body, FleetJson.Options, http.RequestAborted);
            if (agentEvent is null)
                return (StatusCodes.Status400BadRequest, "the body is no event");
            if (agentEvent.SessionId is { } other && other != session)
                return (StatusCodes.Status400BadRequest, "sessionId: is another one than the address is of");
            agentEvent = agentEvent with { SessionId = session };
            return await recorder.RecordAsync(agentEvent, CancellationToken.None) is { } problem
                ? (StatusCodes.Status400BadRequest, problem)
                : (StatusCodes.Status202Accepted, null);
        }
        catch (JsonException exception)
        {
            return (StatusCodes.Status400BadRequest, $"the body is no event: {OneLine(exception.Message)}");
        }
        catch (BadHttpRequestException exception)
        {
            return (exception.StatusCode, OneLine(exception.Message));
        }
        catch (StoreException exception)
        {
            LogStoreFailed(logger, exception);
            return (StatusCodes.Status503ServiceUnavailable, "the event could not be stored; try again");
        }
    }

    private static string OneLine(string text)
    {
        var line = new string([.. text.Take(MaxMessage).Select(c =>
            char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c)]);
        return line.Trim();
    }

    [LoggerMessage(3101, LogLevel.Warning, "An agent's callback could not be stored; the agent is told to try again")]
    private static partial void LogStoreFailed(ILogger logger, Exception exception);
}
