using System.Globalization;

namespace WorkerFleet.Results;

/// <summary>An export could not be made. The message is one line for a person: what, where, and what to do.</summary>
public sealed class ExportException(string message, Exception? inner = null) : Exception(message, inner)
{
    private const int UnixNoSpace = 28;
    private const int UnixQuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Says what a failure of the file system means for an export into <paramref name="folder"/>.</summary>
    internal static ExportException Writing(string folder, Exception failure) => failure switch
    {
        UnauthorizedAccessException => new(
            $"Cannot write results to {folder}: permission denied. Make the folder writable or choose another.", failure),
        IOException { HResult: UnixNoSpace or UnixQuotaExceeded or WindowsDiskFull } => new(
            $"Cannot write results to {folder}: the disk is full. Free some space and export again.", failure),
        _ => new(
            string.Create(CultureInfo.InvariantCulture, $"Cannot write results to {folder}: {OneLine(failure.Message)}"),
            failure),
    };

    /// <summary>Whether the file system, rather than the program, is at fault.</summary>
    internal static bool IsFileSystem(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException;

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
