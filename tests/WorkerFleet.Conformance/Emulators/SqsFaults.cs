using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Conformance.Emulators;

/// <summary>
/// Stands between clients, of this process and others, and SQS, and lets go wrong what can, by chance that repeats for
/// a seed. It takes turns among the kinds, so that each comes.
/// </summary>
public sealed class SqsFaults : IAsyncDisposable
{
    private static readonly string[] ForwardedHeaders =
        ["X-Amz-Target", "Authorization", "X-Amz-Date", "X-Amz-Security-Token"];
    private static readonly string[] AnsweredHeaders = ["x-amzn-query-error", "x-amzn-RequestId"];

    private readonly WebApplication _app;
    private readonly Uri _target;
    private readonly HttpClient _client = new(new SocketsHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Random _random;
    private readonly IReadOnlyList<SqsFault> _kinds;
    private readonly Lock _lock = new();
    private readonly Dictionary<SqsFault, int> _injected = [];
    private readonly SqsDeliveries _deliveries = new();

    private SqsFaults(WebApplication app, Uri target, int seed, IReadOnlyList<SqsFault> kinds)
    {
        (_app, _target, _kinds) = (app, target, kinds);
        _random = new Random(seed);
    }

    public Uri Endpoint { get; private set; } = null!;

    /// <summary>One in so many requests goes wrong; 0 for none. It can be changed at any time.</summary>
    public int OneIn { get; set; }

    /// <summary>So many requests go wrong in all. It can be changed at any time.</summary>
    public int Most { get; set; } = int.MaxValue;

    /// <summary>How late a <see cref="SqsFault.SlowAnswer"/> is.</summary>
    public TimeSpan Slowness { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often each kind happened until now.</summary>
    public IReadOnlyDictionary<SqsFault, int> Injected
    {
        get
        {
            lock (_lock)
                return new Dictionary<SqsFault, int>(_injected);
        }
    }

    /// <param name="target">Where SQS is.</param>
    /// <param name="seed">Of the chance.</param>
    /// <param name="oneIn">One in so many requests goes wrong; 0 for none.</param>
    /// <param name="kinds">What can; nothing for all.</param>
    public static async Task<SqsFaults> StartAsync(
        Uri target, int seed, int oneIn, params IReadOnlyList<SqsFault> kinds)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var faults = new SqsFaults(
            builder.Build(), target, seed, kinds.Count > 0 ? kinds : Enum.GetValues<SqsFault>()) { OneIn = oneIn };
        faults._app.Run(faults.HandleAsync);
        await faults._app.StartAsync();
        faults.Endpoint = new Uri(
            faults._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
                .Addresses.Single());
        return faults;
    }

    public async ValueTask DisposeAsync()
    {
        // Not waiting for long polls to end by themselves.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = await SqsRequest.ReadAsync(context);
        try
        {
            await HandleAsync(context, request, Next(request));
        }
        catch (Exception exception) when (
            exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // SQS is gone, or the client is: either sees a broken connection.
            context.Abort();
        }
    }

    private async Task HandleAsync(HttpContext context, SqsRequest request, SqsFault? fault)
    {
        switch (fault)
        {
            case SqsFault.Throttled:
                await AnswerAsync(context, SqsAnswer.Error(400, "RequestThrottled", "Rate exceeded."));
                break;
            case SqsFault.ServerError:
                await AnswerAsync(context, SqsAnswer.Error(500, "InternalError", "We encountered an internal error."));
                break;
            case SqsFault.Unavailable:
                await AnswerAsync(context, new(
                    503, "text/html", "<html><body><h1>503 Service Unavailable</h1></body></html>"u8.ToArray()));
                break;
            case SqsFault.QueueMissing:
                await AnswerAsync(context, SqsAnswer.Error(
                    400, "QueueDoesNotExist", "The specified queue does not exist.",
                    "AWS.SimpleQueueService.NonExistentQueue"));
                break;
            case SqsFault.BrokenConnection:
                context.Abort();
                break;
            case SqsFault.LostAnswer:
                // Whether or not the client waits: the effect is what this is about.
                await ForwardAsync(request, CancellationToken.None);
                context.Abort();
                break;
            case SqsFault.SlowAnswer:
                await Task.Delay(Slowness, TimeProvider.System, context.RequestAborted);
                await AnswerAsync(context, await ForwardAsync(request, context.RequestAborted));
                break;
            case SqsFault.PartOfBatch or SqsFault.ExpiredReceiptHandle:
                await AnswerAsync(context, await ForwardPartAsync(context, request, fault.Value));
                break;
            case SqsFault.DuplicatedDelivery:
                await AnswerAsync(context, await _deliveries.RepeatAsync(
                    request, shorter => ForwardAsync(shorter, context.RequestAborted)));
                break;
            default:
                await AnswerAsync(context, await ForwardAsync(request, context.RequestAborted));
                break;
        }
    }

    private async Task<SqsAnswer> ForwardPartAsync(HttpContext context, SqsRequest request, SqsFault fault)
    {
        var isExpired = fault is SqsFault.ExpiredReceiptHandle;
        var batch = new SqsBatch(request);
        lock (_lock)
            batch.Refuse(isExpired ? 1 : _random.Next(1, batch.Count + 1), _random);
        var answer = batch.IsEmpty
            ? SqsAnswer.Ok("""{"Successful":[],"Failed":[]}"""u8.ToArray())
            : await ForwardAsync(batch.Rest, context.RequestAborted);
        return isExpired
            ? batch.Complete(
                answer, "ReceiptHandleIsInvalid", "The input receipt handle is invalid.", isSenderFault: true)
            : batch.Complete(answer, "InternalError", "The entry could not be carried out.", isSenderFault: false);
    }

    /// <summary>
    /// What came least of what can happen to the request, so that each kind comes, whatever the seed.
    /// </summary>
    private SqsFault? Next(SqsRequest request)
    {
        lock (_lock)
        {
            if (OneIn == 0 || _injected.Values.Sum() >= Most || _random.Next(OneIn) != 0)
                return null;
            var possible = _kinds.Where(kind => IsPossible(kind, request)).ToArray();
            if (possible.Length == 0)
                return null;
            _random.Shuffle(possible);
            var chosen = possible.MinBy(kind => _injected.GetValueOrDefault(kind));
            _injected[chosen] = _injected.GetValueOrDefault(chosen) + 1;
            return chosen;
        }
    }

    private bool IsPossible(SqsFault kind, SqsRequest request) => kind switch
    {
        SqsFault.PartOfBatch => request.IsBatch,
        SqsFault.ExpiredReceiptHandle => request.IsBatch && request.Operation is not "SendMessageBatch",
        SqsFault.DuplicatedDelivery => _deliveries.CanRepeat(request),
        SqsFault.QueueMissing => request.Operation is not ("CreateQueue" or "GetQueueUrl"),
        _ => true,
    };

    private async Task<SqsAnswer> ForwardAsync(SqsRequest request, CancellationToken cancellationToken)
    {
        using var forwarded = new HttpRequestMessage(HttpMethod.Post, _target);
        foreach (var name in ForwardedHeaders)
            if (request.Headers.TryGetValue(name, out var value))
                forwarded.Headers.TryAddWithoutValidation(name, value);
        forwarded.Content = new ByteArrayContent(SqsDeliveries.WithOriginalHandles(request));
        forwarded.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        using var response = await _client.SendAsync(forwarded, cancellationToken);
        var answer = new SqsAnswer(
            (int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "",
            await response.Content.ReadAsByteArrayAsync(cancellationToken))
        {
            Headers = AnsweredHeaders.Where(response.Headers.Contains)
                .ToDictionary(name => name, name => string.Join(",", response.Headers.GetValues(name))),
        };
        if (_kinds.Contains(SqsFault.DuplicatedDelivery))
            _deliveries.Remember(request, answer);
        return answer;
    }

    private static async Task AnswerAsync(HttpContext context, SqsAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = answer.Body.Length;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }
}
