using System.Runtime.InteropServices;
using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore;

/// <summary>
/// Invokes an agent by the AgentCore container contract: POST /invocations with the input as body. One attempt a
/// call; trying again is for whoever calls, since the agent may have run. The contract is written down in
/// docs/decisions/0005.
/// </summary>
public sealed class HttpAgent : IAgent, IDisposable
{
    // Inputs of this size and more, in bytes, wait for the agent's "100 Continue", at most a second. RFC 9110, 10.1.1.
    private const int AskFirstBytes = 1024 * 1024;

    private readonly string _name;
    private readonly AgentOptions _options;
    private readonly Uri _invocations;
    private readonly HttpClient _client;
    private readonly AgentExchange _exchange;
    private readonly HttpProbe _probe;

    /// <param name="name">Name of the agent, for messages.</param>
    /// <param name="options">Options that <see cref="HttpAgentType"/> has found to be good.</param>
    /// <param name="time">For Retry-After dates and the probe's time limit.</param>
    public HttpAgent(string name, AgentOptions options, TimeProvider time)
    {
        _name = name;
        _options = options;
        var address = new Uri(options.Url!);
        _invocations = Below(address, "/invocations");
        _client = AgentClient.Create(address);
        // No query in messages: it may hold a key.
        var label = $"agent '{name}' at {address.GetLeftPart(UriPartial.Path).TrimEnd('/')}";
        _exchange = new AgentExchange(
            _client, new HttpFailures(label, new FailureRules(isDataPlane: false), time),
            new AnswerReader(label, options.MaxOutputBytes, options.RequireDoneEvent, new AgentUsageReader(options.Usage)));
        _probe = new HttpProbe(label, path => NewRequest(HttpMethod.Get, Below(address, path)), _client, time);
    }

    public async Task<AgentReply> InvokeAsync(AgentCall call, CancellationToken cancellationToken)
    {
        using var activity = AgentActivity.Start(_name, call);
        using var request = NewRequest(HttpMethod.Post, _invocations);
        CallHeaders.AddTo(request, call);
        request.Content = new InputContent(JsonMarshal.GetRawUtf8Value(call.Input).ToArray());
        // What is refused by its length alone (413: never to be repeated) need not be sent.
        request.Headers.ExpectContinue = request.Content.Headers.ContentLength >= AskFirstBytes;
        var reply = await _exchange.SendAsync(request, call.Attempt, cancellationToken);
        activity.End(reply);
        return reply;
    }

    public async Task<string?> ProbeAsync(CancellationToken cancellationToken) =>
        (await DiagnoseAsync(cancellationToken)).Problem;

    public Task<AgentDiagnosis> DiagnoseAsync(CancellationToken cancellationToken) =>
        _options.Probe ? _probe.AskAsync(cancellationToken) : Task.FromResult(AgentDiagnosis.Well);

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage NewRequest(HttpMethod method, Uri address)
    {
        var request = new HttpRequestMessage(method, address);
        foreach (var (header, value) in _options.Headers)
            request.Headers.TryAddWithoutValidation(header, value);
        return request;
    }

    private static Uri Below(Uri address, string path) =>
        new UriBuilder(address) { Path = address.AbsolutePath.TrimEnd('/') + path }.Uri;
}
