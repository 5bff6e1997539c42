using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using WorkerFleet.AmazonSqs.Client.Wire;
using WorkerFleet.Aws;

namespace WorkerFleet.AmazonSqs.Client;

/// <summary>
/// Amazon SQS over HTTP, by the AWS JSON protocol, on AWSSDK.Core's own pipeline: its credentials, signatures, regions,
/// endpoints and clock.
/// </summary>
/// <remarks>
/// Throttling, errors of the server, timeouts and broken connections are tried again, with jitter, up to <see
/// cref="SqsClientOptions.MaxAttempts"/>. Of a broken connection nobody knows whether the request took effect, so that
/// a SendMessageBatch tried again can double its messages; a standard queue may do so by itself, and whoever consumes
/// one is safe against it. All other operations can be repeated without harm.
/// </remarks>
public sealed class SqsClient : AmazonServiceClient, ISqsClient
{
    private static readonly SqsJson Json = SqsJson.Compact;

    private readonly SqsClientOptions _options;

    /// <param name="credentials">Null: as the SDK's own chain finds them, when the first request is sent.</param>
    /// <param name="options">Where SQS is, and how often it is asked.</param>
    /// <param name="time">The clock of timeouts and retries.</param>
    /// <exception cref="SqsException">No region is configured anywhere.</exception>
    public SqsClient(AWSCredentials? credentials, SqsClientOptions options, TimeProvider time)
        // The base class takes null for "nobody gave any", and walks the chain then.
        : base(credentials!, SqsConfig.Of(options))
    {
        _options = options;
        // The base class builds its pipeline before anything of this one is set.
        RuntimePipeline.ReplaceHandler<RetryHandler>(new RetryHandler(new SqsRetryPolicy(Config, options, time)));
        RuntimePipeline.AddHandlerAfter<Signer>(new AttemptHandler(Usage, time));
    }

    /// <summary>What this client had of SQS since it was made.</summary>
    public SqsUsage Usage { get; } = new();

    protected override IServiceMetadata ServiceMetadata { get; } = new Metadata();

    public async Task<string> GetQueueUrlAsync(string queueName, CancellationToken cancellationToken)
    {
        var call = Call("GetQueueUrl", queueName, new(queueName), Json.QueueNameRequest, Json.QueueUrlAnswer);
        return UrlOf(call, await InvokeAsync<QueueUrlAnswer>(call, cancellationToken));
    }

    public async Task<string> CreateQueueAsync(CreateQueueRequest request, CancellationToken cancellationToken)
    {
        var call = Call("CreateQueue", request.QueueName, request, Json.CreateQueueRequest, Json.QueueUrlAnswer);
        return UrlOf(call, await InvokeAsync<QueueUrlAnswer>(call, cancellationToken));
    }

    public Task DeleteQueueAsync(string queueUrl, CancellationToken cancellationToken) =>
        InvokeAsync(Call("DeleteQueue", queueUrl, new(queueUrl), Json.QueueUrlRequest, null), cancellationToken);

    public Task PurgeQueueAsync(string queueUrl, CancellationToken cancellationToken) =>
        InvokeAsync(Call("PurgeQueue", queueUrl, new(queueUrl), Json.QueueUrlRequest, null), cancellationToken);

    public async Task<IReadOnlyDictionary<string, string>> GetQueueAttributesAsync(
        string queueUrl, IReadOnlyList<string> attributeNames, CancellationToken cancellationToken)
    {
        var call = Call(
            "GetQueueAttributes", queueUrl, new(queueUrl, attributeNames), Json.GetQueueAttributesRequest,
            Json.QueueAttributesAnswer);
        return (await InvokeAsync<QueueAttributesAnswer>(call, cancellationToken)).Attributes ?? [];
    }

    public Task SetQueueAttributesAsync(
        string queueUrl, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellationToken) =>
        InvokeAsync(
            Call("SetQueueAttributes", queueUrl, new(queueUrl, attributes), Json.SetQueueAttributesRequest, null),
            cancellationToken);

    public Task TagQueueAsync(
        string queueUrl, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        InvokeAsync(Call("TagQueue", queueUrl, new(queueUrl, tags), Json.TagQueueRequest, null), cancellationToken);

    public Task<BatchResult> SendMessageBatchAsync(
        string queueUrl, IReadOnlyList<SendMessageBatchRequestEntry> entries, CancellationToken cancellationToken) =>
        InvokeBatchAsync(
            Call("SendMessageBatch", queueUrl, new(queueUrl, entries), Json.SendMessageBatchRequest, Json.BatchResult),
            cancellationToken);

    public async Task<IReadOnlyList<SqsMessage>> ReceiveMessageAsync(
        ReceiveMessageRequest request, CancellationToken cancellationToken)
    {
        var call = Call(
            "ReceiveMessage", request.QueueUrl, request, Json.ReceiveMessageRequest, Json.ReceiveMessageAnswer,
            TimeSpan.FromSeconds(request.WaitTimeSeconds));
        var messages = (await InvokeAsync<ReceiveMessageAnswer>(call, cancellationToken)).Messages ?? [];
        if (messages.Count > 0)
        {
            CountMessages(call, messages.Count);
            return messages;
        }

        Usage.Add(call.Operation, new(0, 0, 0, 0, 1));
        SqsMetrics.CountEmptyReceive();
        return messages;
    }

    public Task<BatchResult> DeleteMessageBatchAsync(
        string queueUrl, IReadOnlyList<DeleteMessageBatchRequestEntry> entries, CancellationToken cancellationToken) =>
        InvokeBatchAsync(
            Call(
                "DeleteMessageBatch", queueUrl, new(queueUrl, entries), Json.DeleteMessageBatchRequest,
                Json.BatchResult),
            cancellationToken);

    public Task<BatchResult> ChangeMessageVisibilityBatchAsync(
        string queueUrl, IReadOnlyList<ChangeMessageVisibilityBatchRequestEntry> entries,
        CancellationToken cancellationToken) =>
        InvokeBatchAsync(
            Call(
                "ChangeMessageVisibilityBatch", queueUrl, new(queueUrl, entries),
                Json.ChangeMessageVisibilityBatchRequest, Json.BatchResult),
            cancellationToken);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new SqsEndpointResolver());
        pipeline.AddHandlerAfter<SqsEndpointResolver>(new SqsAuthResolver());
    }

    private static string UrlOf(SqsCall call, QueueUrlAnswer answer) => answer.QueueUrl is { Length: > 0 } url
        ? url
        : throw call.Failed("the answer names no queue", SqsException.BrokenAnswer, ErrorType.Receiver);

    private async Task<BatchResult> InvokeBatchAsync(SqsCall call, CancellationToken cancellationToken)
    {
        var result = await InvokeAsync<BatchResult>(call, cancellationToken);
        CountMessages(call, result.Successful.Count);
        return result;
    }

    private async Task<TAnswer> InvokeAsync<TAnswer>(SqsCall call, CancellationToken cancellationToken)
        where TAnswer : class =>
        await InvokeAsync(call, cancellationToken) as TAnswer
        ?? throw call.Failed("the answer is empty", SqsException.BrokenAnswer, ErrorType.Receiver);

    private async Task<object?> InvokeAsync(SqsCall call, CancellationToken cancellationToken)
    {
        var options = new InvokeOptions
        {
            RequestMarshaller = SqsMarshaller.Instance,
            ResponseUnmarshaller = new SqsUnmarshaller(call),
        };
        try
        {
            return (await InvokeAsync<SqsAnswer>(call, options, cancellationToken)).Value;
        }
        catch (Exception exception) when (exception is not SqsException && Problem(exception) is { } code)
        {
            throw call.Failed(AwsProblems.Describe(exception), code, ErrorType.Unknown, exception);
        }
    }

    /// <returns>
    /// A code for what the SDK throws of its own accord; null for what is none of ours, such as a cancellation.
    /// </returns>
    private static string? Problem(Exception exception) => exception switch
    {
        HttpRequestException or IOException => SqsException.ConnectionFailed,
        AmazonServiceException { InnerException: HttpRequestException or IOException } => SqsException.ConnectionFailed,
        AmazonServiceException service => service.ErrorCode ?? SqsException.BrokenAnswer,
        AmazonClientException { InnerException: HttpRequestException or IOException } => SqsException.ConnectionFailed,
        AmazonClientException => SqsException.NoCredentials,
        _ => null,
    };

    private void CountMessages(SqsCall call, int messages)
    {
        Usage.Add(call.Operation, new(0, 0, 0, messages, 0));
        SqsMetrics.CountMessages(call.Operation, messages);
    }

    private SqsCall Call<TRequest>(
        string operation, string queue, TRequest request, JsonTypeInfo<TRequest> type, JsonTypeInfo? answerType,
        TimeSpan wait = default) =>
        SqsCall.Of(operation, queue, request, type, answerType, _options.RequestTimeout + wait);

    private sealed class Metadata : IServiceMetadata
    {
        public string ServiceId => "SQS";

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }
}
