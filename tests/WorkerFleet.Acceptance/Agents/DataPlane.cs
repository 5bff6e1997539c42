using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime.Internal.Auth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.AgentCore;

namespace WorkerFleet.Acceptance.Agents;

/// <summary>
/// Stands in for AgentCore's data plane before an agent of this machine: checks the signature with AWS's own code, hands
/// invocations on to the agent, streams its answer back, and remembers which sessions were stopped.
/// </summary>
public sealed class DataPlane : IAsyncDisposable
{
    public const string Region = "eu-central-1";
    public const string Arn = $"arn:aws:bedrock-agentcore:{Region}:123456789012:runtime/verifier-AbCd123456";
    public const string AccessKey = "AKIDEXAMPLE";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    public const string SessionToken = "IQoJb3JpZ2luX2VjE//+session/token==";

    private const string Service = "bedrock-agentcore";

    private readonly WebApplication _app;
    private readonly HttpClient _client = new();
    private readonly Uri _agent;
    private readonly ConcurrentQueue<string> _invoked = new();
    private readonly ConcurrentQueue<string> _stopped = new();
    private readonly ConcurrentQueue<string> _tokens = new();
    private int _refused;

    private DataPlane(WebApplication app, string agentUrl)
    {
        _app = app;
        _agent = new Uri($"{agentUrl}/invocations");
    }

    public string Url { get; private set; } = "";

    /// <summary>Sessions in the order in which they were invoked.</summary>
    public IReadOnlyList<string> Invoked => [.. _invoked];

    /// <summary>Sessions in the order in which they were stopped.</summary>
    public IReadOnlyList<string> Stopped => [.. _stopped];

    /// <summary>The session tokens of the signatures.</summary>
    public IReadOnlyList<string> Tokens => [.. _tokens];

    /// <summary>Requests that were signed otherwise than AWS would.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <param name="agentUrl">Base address of an agent of the container contract.</param>
    public static async Task<DataPlane> StartAsync(string agentUrl)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var plane = new DataPlane(builder.Build(), agentUrl);
        plane._app.Run(plane.AnswerAsync);
        await plane._app.StartAsync();
        plane.Url = plane._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.Single();
        return plane;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var prefix = $"/runtimes/{Uri.EscapeDataString(Arn)}/";
        var session = context.Request.Headers[AgentHeaders.SessionId].ToString();
        if (!IsSigned(context.Request, target, body.ToArray()))
        {
            Interlocked.Increment(ref _refused);
            await RefuseAsync(context, 403, "InvalidSignatureException");
        }
        else if (target == $"{prefix}stopruntimesession")
        {
            _stopped.Enqueue(session);
            await context.Response.WriteAsync("{}", context.RequestAborted);
        }
        else if (target == $"{prefix}invocations")
        {
            _invoked.Enqueue(session);
            await HandOnAsync(context, body.ToArray());
        }
        else
        {
            await RefuseAsync(context, 404, "ResourceNotFoundException");
        }
    }

    private async Task HandOnAsync(HttpContext context, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _agent) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        foreach (var name in new[] { AgentHeaders.SessionId, "Accept", "traceparent", "tracestate" })
            if (context.Request.Headers.TryGetValue(name, out var values))
                request.Headers.TryAddWithoutValidation(name, values.ToString());
        using var response = await _client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        if (!response.IsSuccessStatusCode)
        {
            await RefuseAsync(context, 424, "RuntimeClientError",
                $"Received error ({(int)response.StatusCode}) from runtime. Please check your CloudWatch logs");
            return;
        }
        context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, int status, string type, string message = "refused")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers[AgentHeaders.ErrorType] = type;
        return context.Response.WriteAsync($$"""{"message":"{{message}}"}""", context.RequestAborted);
    }

    private bool IsSigned(HttpRequest request, string target, byte[] body)
    {
        var authorization = request.Headers.Authorization.ToString();
        var names = Between(authorization, "SignedHeaders=", ",").Split(';');
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        var path = target.Split('?')[0];
        var canonical = string.Join('\n',
            request.Method,
            string.Join('/', path.Split('/').Select(Uri.EscapeDataString)),
            target.Contains('?') ? target.Split('?')[1] : "",
            string.Concat(names.Select(name => $"{name}:{request.Headers[name]}\n")),
            string.Join(';', names),
            hash);
        var at = DateTime.ParseExact(
            request.Headers["x-amz-date"].ToString(), "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);
        var expected = AWS4Signer.ComputeSignature(
            AccessKey, SecretKey, Region, at, Service, string.Join(';', names), canonical);
        if (request.Headers.TryGetValue("x-amz-security-token", out var token))
            _tokens.Enqueue(token.ToString());
        return names.Contains("host") && names.Contains("x-amz-date")
            && (token.Count == 0 || names.Contains("x-amz-security-token"))
            && authorization.EndsWith($"Signature={expected.Signature}", StringComparison.Ordinal)
            && authorization.Contains(
                $"Credential={AccessKey}/{at:yyyyMMdd}/{Region}/{Service}/aws4_request,", StringComparison.Ordinal);
    }

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal);
        return from < 0 ? "" : text[(from + start.Length)..].Split(end)[0];
    }
}
