using System.Runtime.InteropServices;
using System.Text.Json;
using WorkerFleet.AgentCore.Authorization;
using WorkerFleet.Agents;
using WorkerFleet.Items;

namespace WorkerFleet.AgentCore.DataPlane;

/// <summary>Sends authorized requests to AgentCore's data plane, and again at once where that is what they need.</summary>
internal sealed class DataPlaneClient : IDisposable
{
    /// <summary>
    /// Tries at once after a session was being set up or torn down. Nothing ran, and a second later it mostly works.
    /// </summary>
    private const int MaxConflicts = 4;

    /// <summary>Tries at once after no connection could be made.</summary>
    private const int MaxUnreached = 2;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private static readonly string UserAgent =
        $"WorkerFleet/{typeof(DataPlaneClient).Assembly.GetName().Version?.ToString(3)}";

    private readonly string _label;
    private readonly AgentOptions _options;
    private readonly RuntimeTarget _target;
    private readonly IAuthorizer _authorizer;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;
    private readonly AgentExchange _exchange;

    /// <param name="label">The agent, in front of every message.</param>
    /// <param name="options">Of the agent.</param>
    /// <param name="target">Where to.</param>
    /// <param name="authorizer">Belongs to this from now on.</param>
    /// <param name="time">The clock.</param>
    public DataPlaneClient(
        string label, AgentOptions options, RuntimeTarget target, IAuthorizer authorizer, TimeProvider time)
    {
        (_label, _options, _target, _authorizer, _time) = (label, options, target, authorizer, time);
        _client = AgentClient.Create(target.Invocations);
        _exchange = new AgentExchange(
            _client, new HttpFailures(label, new FailureRules(isDataPlane: true), time),
            new AnswerReader(label, options.MaxOutputBytes, options.RequireDoneEvent, new AgentUsageReader(options.Usage)));
    }

    /// <summary>InvokeAgentRuntime. Not sent twice unless the agent cannot have run.</summary>
    /// <param name="call">With a session id that AWS takes.</param>
    /// <param name="cancellationToken">Cancels; only that is thrown.</param>
    public async Task<AgentReply> InvokeAsync(AgentCall call, CancellationToken cancellationToken)
    {
        var input = JsonMarshal.GetRawUtf8Value(call.Input).ToArray();
        var (conflicts, unreached, wasRenewed) = (0, 0, false);
        while (true)
        {
            using var request = NewInvocation(call, input);
            try
            {
                var credentials = await _authorizer.AuthorizeAsync(request, input, cancellationToken);
                var reply = await _exchange.SendAsync(request, call.Attempt, cancellationToken);
                switch (reply.Failure)
                {
                    case { StatusCode: not null, Retryable: true, MayHaveRun: false, Kind: FailureKind.Unavailable }
                        when ++conflicts <= MaxConflicts:
                    case { Kind: FailureKind.Connection, MayHaveRun: false } when ++unreached <= MaxUnreached:
                        await PauseAsync(cancellationToken);
                        continue;
                    case { Kind: FailureKind.Denied, AgentWide: true } when !wasRenewed:
                        wasRenewed = true;
                        if (await _authorizer.RenewAsync(credentials, cancellationToken))
                            continue;
                        return reply;
                    default:
                        return reply;
                }
            }
            catch (CredentialException exception)
            {
                return AgentReply.Fail(Unauthorized(exception));
            }
        }
    }

    /// <summary>StopRuntimeSession, once.</summary>
    /// <returns>What went wrong; null when the session is gone.</returns>
    public async Task<string?> StopAsync(string session, CancellationToken cancellationToken)
    {
        // A token of its own for each stop: the same one again would be ignored, also where the session lives again.
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string> { ["clientToken"] = Guid.CreateVersion7(_time.GetUtcNow()).ToString() });
        using var request = NewRequest(_target.Stop, body);
        request.Headers.TryAddWithoutValidation(AgentHeaders.SessionId, session);
        try
        {
            await _authorizer.AuthorizeAsync(request, body, cancellationToken);
            using var response = await _client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
                return null;
            var error = await ErrorBody.ReadAsync(response, cancellationToken);
            // It has ended by itself.
            return error.Type is "ResourceNotFoundException"
                ? null
                : OneLine.Of($"{(int)response.StatusCode} {error.Type} {error.Detail}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or CredentialException)
        {
            return OneLine.Of(exception.GetBaseException().Message);
        }
    }

    /// <returns>Why nothing can be authorized; null when it can.</returns>
    public async Task<string?> FindCredentialsAsync(CancellationToken cancellationToken)
    {
        using var request = NewRequest(_target.Invocations, []);
        try
        {
            await _authorizer.AuthorizeAsync(request, default, cancellationToken);
            return null;
        }
        catch (CredentialException exception)
        {
            return Unauthorized(exception).Message;
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _authorizer.Dispose();
    }

    private HttpRequestMessage NewInvocation(AgentCall call, byte[] input)
    {
        var request = NewRequest(_target.Invocations, input);
        CallHeaders.AddTo(request, call);
        if (_options.UserId is { } user)
            request.Headers.TryAddWithoutValidation(AgentHeaders.UserId, user);
        foreach (var (header, value) in _options.Headers)
            request.Headers.TryAddWithoutValidation(header, value);
        return request;
    }

    private static HttpRequestMessage NewRequest(Uri address, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new InputContent(body) };
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        return request;
    }

    /// <summary>Whoever grants credentials may be back in a moment; the item has nothing to do with it.</summary>
    private ItemFailure Unauthorized(CredentialException exception) => new(
        FailureKind.Denied, OneLine.Of($"{_label}: {exception.Message}"), Retryable: true,
        Renewable<object>.RetryAfter, AgentWide: true);

    private Task PauseAsync(CancellationToken cancellationToken) => Task.Delay(
        ShortestPause + ((LongestPause - ShortestPause) * Random.Shared.NextDouble()), _time, cancellationToken);
}
