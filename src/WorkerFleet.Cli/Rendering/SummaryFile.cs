using System.Text.Json;
using WorkerFleet.Results;

namespace WorkerFleet.Cli.Rendering;

/// <summary>Reads the summary that a finished batch left in its folder.</summary>
internal static class SummaryFile
{
    /// <returns>Null when there is none, or it is another batch's.</returns>
    public static async Task<BatchSummary?> ReadAsync(
        string? folder, Guid batchId, CancellationToken cancellationToken)
    {
        var path = folder is null ? null : Path.Combine(folder, ExportFileNames.Summary);
        if (path is null || !File.Exists(path))
            return null;
        try
        {
            await using var stream = File.OpenRead(path);
            var summary =
                await JsonSerializer.DeserializeAsync<BatchSummary>(stream, CliJson.Options, cancellationToken);
            return summary?.BatchId == batchId ? summary : null;
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or JsonException)
        {
            // The summary only adds to what the ledger says.
            return null;
        }
    }
}
