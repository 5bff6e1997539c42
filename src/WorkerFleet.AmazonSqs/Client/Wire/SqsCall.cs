using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;

namespace WorkerFleet.AmazonSqs.Client.Wire;

/// <summary>One request, whatever the operation.</summary>
internal sealed class SqsCall : AmazonWebServiceRequest
{
    private SqsCall(string operation, string subject, byte[] payload)
    {
        Operation = operation;
        Subject = subject;
        Payload = payload;
    }

    /// <summary>Such as SendMessageBatch.</summary>
    public string Operation { get; }

    /// <summary>The queue, for messages of errors.</summary>
    public string Subject { get; }

    public byte[] Payload { get; }

    /// <summary>Type of the answer; null where nothing is read of it.</summary>
    public JsonTypeInfo? AnswerType { get; init; }

    /// <summary>Of one try.</summary>
    public required TimeSpan Timeout { get; init; }

    public static SqsCall Of<TRequest>(
        string operation, string queue, TRequest request, JsonTypeInfo<TRequest> type, JsonTypeInfo? answerType,
        TimeSpan timeout) =>
        new(operation, queue[(queue.LastIndexOf('/') + 1)..], JsonSerializer.SerializeToUtf8Bytes(request, type))
        {
            AnswerType = answerType, Timeout = timeout,
        };

    public SqsException Failed(string cause, string code, ErrorType type, Exception? inner = null) =>
        SqsException.Of(Operation, Subject, cause, code, type, inner);
}

/// <summary>What was read of an answer.</summary>
internal sealed class SqsAnswer : AmazonWebServiceResponse
{
    public object? Value { get; init; }
}
