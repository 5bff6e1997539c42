using System.Buffers;
using System.Text;

namespace WorkerFleet.Sources;

internal static class InvalidUtf8
{
    /// <summary>The first byte that belongs to no character; -1 when there is none.</summary>
    public static int IndexOf(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            if (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) != OperationStatus.Done)
                return at;
            at += length;
        }

        return -1;
    }
}
