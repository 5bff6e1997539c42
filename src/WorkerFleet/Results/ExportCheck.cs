using System.Security.Cryptography;
using System.Text.Json;
using WorkerFleet.Ledger;

namespace WorkerFleet.Results;

/// <summary>Compares an export on the disk with its manifest, and the manifest with the ledger.</summary>
internal static class ExportCheck
{
    /// <returns>Whether nothing contradicts (also where there is nothing to compare), and what was compared.</returns>
    public static async Task<(bool Passed, string Detail)> RunAsync(
        string folder, Guid batchId, ItemCounts counts, CancellationToken cancellationToken)
    {
        try
        {
            if (!File.Exists(Path.Combine(folder, ExportFileNames.Manifest)))
                return File.Exists(Path.Combine(folder, ExportFileNames.Results))
                    ? (false, $"{folder} holds results without a manifest: the export is incomplete. Export again.")
                    : (true, $"{folder} holds no export, so there was nothing to compare.");
            var manifest = await ReadAsync(folder, cancellationToken);
            if (manifest is null)
                return (false, $"The manifest in {folder} cannot be read. Export again.");
            if (manifest.BatchId != batchId)
                return (true, $"{folder} holds the export of batch {manifest.BatchId}, so there was nothing to compare.");
            if (manifest.Counts != counts)
                return (false, $"The manifest in {folder} counts {manifest.Counts}, the ledger {counts}. Export again.");
            foreach (var file in manifest.Files)
                if (await DifferenceAsync(folder, file, cancellationToken) is { } difference)
                    return (false, difference);
            return (true, $"{manifest.Files.Count} files in {folder}.");
        }
        catch (Exception exception) when (ExportException.IsFileSystem(exception))
        {
            return (false, $"The export in {folder} cannot be read: {exception.Message}");
        }
    }

    private static async Task<ExportManifest?> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(Path.Combine(folder, ExportFileNames.Manifest));
        try
        {
            return await JsonSerializer.DeserializeAsync<ExportManifest>(stream, ResultJson.Options, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<string?> DifferenceAsync(
        string folder, ManifestFile file, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, Path.GetFileName(file.Name));
        if (!File.Exists(path))
            return $"{path} is missing. Export again.";
        await using var stream = File.OpenRead(path);
        if (stream.Length != file.Bytes)
            return $"{path} has {stream.Length} bytes, the manifest says {file.Bytes}. Export again.";
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
        return sha256 == file.Sha256
            ? null
            : $"{path} has the SHA-256 {sha256}, the manifest says {file.Sha256}. Export again.";
    }
}
