using System.Buffers;
using System.Text;

namespace WorkerFleet.Mapping.Templates;

/// <summary>Takes what a template renders, up to a limit: a small row can make a template with nested lists render much.</summary>
internal sealed class RenderBuffer : TextWriter
{
    private readonly ArrayBufferWriter<char> _text = new(1024);

    /// <summary>Largest text, in characters.</summary>
    public int Limit { get; set; }

    public ReadOnlySpan<char> Written => _text.WrittenSpan;

    public int Capacity => _text.Capacity;

    public override Encoding Encoding => Encoding.Unicode;

    public void Clear() => _text.ResetWrittenCount();

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (buffer.Length > Limit - _text.WrittenCount)
            throw new RenderLimitException();
        _text.Write(buffer);
    }
}
