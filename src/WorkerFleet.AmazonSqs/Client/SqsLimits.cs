using System.Text;

namespace WorkerFleet.AmazonSqs.Client;

/// <summary>Limits of SQS itself, and sizes as it counts them.</summary>
public static class SqsLimits
{
    /// <summary>Bytes of a message, and of all messages of one request: 1 MiB.</summary>
    public const int MaxBytes = 1_048_576;

    /// <summary>Entries of one request, and messages of one receive.</summary>
    public const int MaxEntries = 10;

    /// <summary>Attributes of one message.</summary>
    public const int MaxAttributes = 10;

    /// <summary>Longest delay of a message, in seconds: 15 minutes.</summary>
    public const int MaxDelaySeconds = 900;

    /// <summary>Longest visibility timeout, in seconds, counted from when a message was received: 12 hours.</summary>
    public const int MaxVisibilitySeconds = 43_200;

    /// <summary>Longest wait of a receive, in seconds.</summary>
    public const int MaxWaitSeconds = 20;

    /// <returns>Bytes: the body in UTF-8, and name, type and value of every attribute.</returns>
    public static int SizeOf(SendMessageBatchRequestEntry entry)
    {
        var size = Encoding.UTF8.GetByteCount(entry.MessageBody);
        foreach (var (name, value) in entry.MessageAttributes ?? new Dictionary<string, MessageAttributeValue>())
            size += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value.DataType)
                + Encoding.UTF8.GetByteCount(value.StringValue ?? "") + (value.BinaryValue?.Length ?? 0);
        return size;
    }
}
