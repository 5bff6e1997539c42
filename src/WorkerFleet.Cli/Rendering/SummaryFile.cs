using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Results;

namespace WorkerFleet.Cli.Rendering;

/// <summary>Reads the summary that a finished batch left in its folder.</summary>
internal static class SummaryFile
{
    /// <returns>Null when there is none, or it is another batch's.</returns>
    public static async Task<BatchSummary?> ReadAsync(
        CliContext cli, CommonValues common, string? folder, Guid batchId, CancellationToken cancellationToken)
    {
        if (folder is null)
            return null;
        try
        {
            await using var services = OutputsOnly.Create(cli, common);
            var locations = services.GetRequiredService<ExportLocations>();
            await using var stream =
                await locations.OpenReadAsync(folder, ExportFileNames.Summary, cancellationToken);
            if (stream is null)
                return null;
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
