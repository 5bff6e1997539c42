using System.Buffers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Items;

namespace WorkerFleet.AgentCore;

/// <summary>
/// Makes one answer of a stream of server-sent events; its rules are written down in docs/decisions/0005.
/// </summary>
internal sealed class EventStreamReader(
    string label, int maxOutputBytes, bool requireDoneEvent, AgentUsageReader usage)
{
    /// <param name="response">The answer, its body unread.</param>
    /// <param name="delimited">Whether the stream's end is told apart from a broken connection.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<AgentReply> ReadAsync(
        HttpResponseMessage response, bool delimited, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var bounded = new BoundedStream(body, maxOutputBytes);
        var collected = new CollectedEvents();
        try
        {
            var events = SseParser.Create(bounded, (type, data) => (type, data.ToArray()));
            await foreach (var item in events.EnumerateAsync(cancellationToken))
            {
                var (type, data) = item.Data;
                if (IsEnd(type, data))
                    return Finish(collected, data);
                if (data.Length > 0 && Take(type, data, collected) is { } failure)
                    return AgentReply.Fail(failure) with { Usage = collected.Usage };
            }
        }
        catch (BodyTooLargeException)
        {
            return AnswerReader.TooLarge(label, maxOutputBytes);
        }
        if (requireDoneEvent || !delimited)
            return Cut("ended its stream without an event 'done', so that a part would look like the whole");
        if (!bounded.EndsWithEmptyLine)
            return Cut("ended its stream in the middle of an event");
        return collected.Count == 0 ? Cut("ended its stream without an event") : Finish(collected, []);
    }

    private static bool IsEnd(string type, ReadOnlySpan<byte> data) =>
        type.Equals("done", StringComparison.OrdinalIgnoreCase) || data.SequenceEqual("[DONE]"u8);

    /// <summary>Adds the event, or says what failure it reports.</summary>
    private ItemFailure? Take(string type, byte[] data, CollectedEvents collected)
    {
        if (!System.Text.Unicode.Utf8.IsValid(data))
            data = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(data));
        using var answer = JsonAnswer.Parse(data);
        // Totals grow from event to event, where more than one tells them.
        collected.Usage = usage.Read(answer.Bytes) ?? collected.Usage;
        if (type.Equals("error", StringComparison.OrdinalIgnoreCase))
            return Reported(answer.Root, data);
        if (answer.Root is not { } root)
        {
            collected.AddText(data);
            return null;
        }
        // AWS's Python runtime marks an exception in a stream by these two names alone.
        if (root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("error"u8, out _) && root.TryGetProperty("error_type"u8, out _))
            return Reported(root, data);
        if (BusinessFailure.From(root, label) is { } failure)
            return failure;
        collected.AddJson(answer.Bytes, root.ValueKind == JsonValueKind.String);
        return null;
    }

    /// <summary>
    /// An exception of the agent, unless it says otherwise, may pass, as one answered with 500 may; but it has run, so that
    /// it is tried once more only.
    /// </summary>
    private ItemFailure Reported(JsonElement? root, byte[] data)
    {
        bool? said = root is { ValueKind: JsonValueKind.Object } report
            && report.TryGetProperty("retryable"u8, out var flag)
            && flag.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? flag.ValueKind is JsonValueKind.True
            : null;
        var detail = root is { } value ? ErrorBody.DetailOf(value) : Encoding.UTF8.GetString(data);
        return new ItemFailure(
            FailureKind.AgentError,
            OneLine.Of($"{label} failed while it streamed{(string.IsNullOrWhiteSpace(detail) ? "" : ": ")}{detail}"),
            said ?? true, MayHaveRun: true, AttemptLimit: said is null ? FailureRules.TwoAttempts : null);
    }

    private AgentReply Finish(CollectedEvents collected, byte[] last)
    {
        using var answer = JsonAnswer.Parse(last);
        var told = usage.Read(answer.Bytes) ?? collected.Usage;
        if (answer.Root is { } root && BusinessFailure.From(root, label) is { } failure)
            return AgentReply.Fail(failure) with { Usage = told };
        // A done event that carries nothing, or only says that it is done, leaves the answer to the events before it.
        var output = answer.Root is { } value && HoldsAnswer(value) ? answer.Bytes : collected.ToJson();
        return output.Length > maxOutputBytes
            ? AnswerReader.TooLarge(label, maxOutputBytes)
            : AgentReply.Succeed(output) with { Usage = told };
    }

    private static bool HoldsAnswer(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => false,
        JsonValueKind.Object => value.GetPropertyCount() > 0,
        _ => true,
    };

    private AgentReply Cut(string what) => AgentReply.Fail(new ItemFailure(
        FailureKind.BadAnswer, OneLine.Of($"{label} {what}"), Retryable: true, MayHaveRun: true,
        AttemptLimit: FailureRules.TwoAttempts));

    /// <summary>The events so far, as the elements of a JSON array.</summary>
    private sealed class CollectedEvents
    {
        private readonly ArrayBufferWriter<byte> _array = new();
        private bool _onlyText = true;

        public int Count { get; private set; }

        /// <summary>What the last event that tells it says that the call used.</summary>
        public AgentUsage? Usage { get; set; }

        public void AddText(byte[] utf8) => AddJson(JsonAnswer.FromText(utf8), isText: true);

        public void AddJson(byte[] json, bool isText)
        {
            _array.Write(Count == 0 ? "["u8 : ","u8);
            _array.Write(json);
            _onlyText &= isText;
            Count++;
        }

        /// <summary><c>{"text":"…"}</c> of texts, which are the parts of one; else <c>{"events":[…]}</c>.</summary>
        public byte[] ToJson()
        {
            if (Count == 0)
                return "{\"events\":[]}"u8.ToArray();
            _array.Write("]"u8);
            if (!_onlyText)
                return [.. "{\"events\":"u8, .. _array.WrittenSpan, (byte)'}'];
            using var document = JsonDocument.Parse(_array.WrittenMemory);
            var text = new StringBuilder();
            foreach (var part in document.RootElement.EnumerateArray())
                text.Append(part.GetString());
            return [.. "{\"text\":"u8, .. JsonAnswer.FromText(Encoding.UTF8.GetBytes(text.ToString())), (byte)'}'];
        }
    }
}
