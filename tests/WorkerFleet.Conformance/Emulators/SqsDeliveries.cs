using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkerFleet.Conformance.Emulators;

/// <summary>The last messages that were received of each queue, some of which are given out once more.</summary>
internal sealed class SqsDeliveries
{
    /// <summary>Of a queue: so a repeated message can be in work, or done with.</summary>
    private const int MaxKept = 64;

    /// <summary>In front of the original receipt handle.</summary>
    private const string Again = "again-of-";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<string>> _received = [];

    public bool CanRepeat(SqsRequest request)
    {
        if (request.Operation is not "ReceiveMessage")
            return false;
        var queue = QueueOf(request.Read());
        lock (_lock)
            return _received.TryGetValue(queue, out var kept) && kept.Count > 0;
    }

    public void Remember(SqsRequest request, SqsAnswer answer)
    {
        if (request.Operation is not "ReceiveMessage" || answer.Status != 200
            || JsonNode.Parse(answer.Body)?["Messages"] is not JsonArray messages)
            return;
        var queue = QueueOf(request.Read());
        lock (_lock)
        {
            if (!_received.TryGetValue(queue, out var kept))
                _received[queue] = kept = new();
            foreach (var message in messages)
                kept.Enqueue(message!.ToJsonString());
            while (kept.Count > MaxKept)
                kept.Dequeue();
        }
    }

    /// <summary>Receives one message less, without waiting, and adds the oldest that is kept.</summary>
    public async Task<SqsAnswer> RepeatAsync(SqsRequest request, Func<SqsRequest, Task<SqsAnswer>> forward)
    {
        var body = request.Read();
        JsonNode? repeated = null;
        lock (_lock)
        {
            if (_received.TryGetValue(QueueOf(body), out var kept) && kept.TryDequeue(out var oldest))
                repeated = JsonNode.Parse(oldest);
        }

        if (repeated is null)
            return await forward(request);
        repeated["ReceiptHandle"] = $"{Again}{(string)repeated["ReceiptHandle"]!}";
        if (repeated["Attributes"] is JsonObject attributes
            && (string?)attributes["ApproximateReceiveCount"] is { } count)
            attributes["ApproximateReceiveCount"] =
                (int.Parse(count, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
        var most = (int?)body["MaxNumberOfMessages"] ?? 1;
        var messages = new JsonArray();
        if (most > 1)
        {
            (body["MaxNumberOfMessages"], body["WaitTimeSeconds"]) = (most - 1, 0);
            var answer = await forward(request.With(body));
            if (answer.Status != 200)
                return answer;
            messages = JsonNode.Parse(answer.Body)?["Messages"]?.DeepClone() as JsonArray ?? messages;
        }

        messages.Add(repeated);
        return SqsAnswer.Ok(JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["Messages"] = messages }));
    }

    /// <summary>What is done to a repeated message is done to the message.</summary>
    public static byte[] WithOriginalHandles(SqsRequest request) => request.Body.AsSpan().IndexOf("\"again-of-"u8) < 0
        ? request.Body
        : Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(request.Body).Replace($"\"{Again}", "\"", StringComparison.Ordinal));

    private static string QueueOf(JsonObject body) => (string?)body["QueueUrl"] ?? "";
}
