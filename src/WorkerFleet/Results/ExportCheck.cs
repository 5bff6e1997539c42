using System.Security.Cryptography;
using System.Text.Json;
using WorkerFleet.Ledger;

namespace WorkerFleet.Results;

/// <summary>Compares an export with its manifest, and the manifest with the ledger.</summary>
internal static class ExportCheck
{
    private const int BufferBytes = 128 * 1024;

    /// <returns>Whether nothing contradicts (also where there is nothing to compare), and what was compared.</returns>
    public static async Task<(bool Passed, string Detail)> RunAsync(
        ExportLocations locations, string folder, Guid batchId, ItemCounts counts, CancellationToken cancellationToken)
    {
        try
        {
            var (found, manifest) = await ReadAsync(locations, folder, cancellationToken);
            if (!found)
                return await ExistsAsync(locations, folder, ExportFileNames.Results, cancellationToken)
                    ? (false, $"{folder} holds results without a manifest: the export is incomplete. Export again.")
                    : (true, $"{folder} holds no export, so there was nothing to compare.");
            if (manifest is null)
                return (false, $"The manifest in {folder} cannot be read. Export again.");
            if (manifest.BatchId != batchId)
                return (true, $"{folder} holds the export of batch {manifest.BatchId}, so there was nothing to compare.");
            if (manifest.Counts != counts)
                return (false, $"The manifest in {folder} counts {manifest.Counts}, the ledger {counts}. Export again.");
            foreach (var file in manifest.Files)
                if (await DifferenceAsync(locations, folder, file, cancellationToken) is { } difference)
                    return (false, difference);
            return (true, $"{manifest.Files.Count} files in {folder}.");
        }
        catch (Exception exception) when (ExportException.IsFileSystem(exception))
        {
            return (false, $"The export in {folder} cannot be read: {exception.Message}");
        }
    }

    private static async Task<(bool Found, ExportManifest? Manifest)> ReadAsync(
        ExportLocations locations, string folder, CancellationToken cancellationToken)
    {
        await using var stream = await locations.OpenReadAsync(folder, ExportFileNames.Manifest, cancellationToken);
        if (stream is null)
            return (false, null);
        try
        {
            return (true, await JsonSerializer.DeserializeAsync<ExportManifest>(
                stream, ResultJson.Options, cancellationToken));
        }
        catch (JsonException)
        {
            return (true, null);
        }
    }

    private static async Task<bool> ExistsAsync(
        ExportLocations locations, string folder, string name, CancellationToken cancellationToken)
    {
        await using var stream = await locations.OpenReadAsync(folder, name, cancellationToken);
        return stream is not null;
    }

    private static async Task<string?> DifferenceAsync(
        ExportLocations locations, string folder, ManifestFile file, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(file.Name);
        var shown = $"{folder.TrimEnd('/')}/{name}";
        await using var stream = await locations.OpenReadAsync(folder, name, cancellationToken);
        if (stream is null)
            return $"{shown} is missing. Export again.";
        var (bytes, sha256) = await MeasureAsync(stream, cancellationToken);
        if (bytes != file.Bytes)
            return $"{shown} has {bytes} bytes, the manifest says {file.Bytes}. Export again.";
        return sha256 == file.Sha256
            ? null
            : $"{shown} has the SHA-256 {sha256}, the manifest says {file.Sha256}. Export again.";
    }

    private static async Task<(long Bytes, string Sha256)> MeasureAsync(
        Stream stream, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        var bytes = 0L;
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            hash.AppendData(buffer.AsSpan(0, read));
            bytes += read;
        }
        return (bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
