using System.Runtime.InteropServices;
using System.Text.Json;

namespace WorkerFleet.Agents;

/// <summary>Answers with what it was given, at once: for trying things out, and to measure the fleet alone.</summary>
public sealed class EchoAgent : IAgent
{
    public Task<AgentReply> InvokeAsync(AgentCall call, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<AgentReply>(cancellationToken)
            : Task.FromResult(AgentReply.Succeed(Echo(call.Input)));

    public Task<string?> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>
    /// <c>{"echo":…}</c> in one line of UTF-8: the content of the last message where the input has messages, else the
    /// whole input. Bytes are copied, not parsed and written again; this is the benchmark's agent.
    /// </summary>
    public static byte[] Echo(JsonElement input)
    {
        var raw = JsonMarshal.GetRawUtf8Value(Content(input));
        var output = GC.AllocateUninitializedArray<byte>("{\"echo\":}".Length + raw.Length);
        "{\"echo\":"u8.CopyTo(output);
        raw.CopyTo(output.AsSpan("{\"echo\":".Length));
        output[^1] = (byte)'}';
        // In valid JSON a bare line break stands between tokens only, so that a space can take its place.
        output.AsSpan().Replace((byte)'\n', (byte)' ');
        output.AsSpan().Replace((byte)'\r', (byte)' ');
        return output;
    }

    private static JsonElement Content(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.Object
            && input.TryGetProperty("messages"u8, out var messages)
            && messages.ValueKind == JsonValueKind.Array
            && messages.GetArrayLength() is > 0 and var count
            && messages[count - 1] is { ValueKind: JsonValueKind.Object } last
            && last.TryGetProperty("content"u8, out var content))
            return content;
        return input;
    }
}
