using System.Net;
using System.Net.Http.Headers;

namespace WorkerFleet.AgentCore;

/// <summary>
/// An input on its way to an agent. An agent that refuses it answers and closes the connection while it is still being
/// sent: that the sending breaks is then no news, since the answer, which says why, is there to be read. Where there is
/// none, reading fails in place of the sending.
/// </summary>
internal sealed class InputContent : HttpContent
{
    private readonly byte[] _json;

    public InputContent(byte[] json)
    {
        _json = json;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(_json, cancellationToken);
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            // See above.
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _json.Length;
        return true;
    }
}
