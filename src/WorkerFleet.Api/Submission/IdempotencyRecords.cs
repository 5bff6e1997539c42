using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WorkerFleet.Blobs;

namespace WorkerFleet.Api.Submission;

/// <summary>What a submission with an idempotency key has begun.</summary>
/// <param name="BatchId">The id that its batch has, or will have: a submission that broke off goes on under it.</param>
/// <param name="Request">Hash of what was asked for, but for the bytes of an upload.</param>
/// <param name="At">When.</param>
internal sealed record IdempotencyRecord(Guid BatchId, string Request, DateTimeOffset At);

/// <summary>Remembers idempotency keys for a day, in the blob store: for all processes that serve the API.</summary>
internal sealed class IdempotencyRecords(IBlobStore blobs, TimeProvider time)
{
    private const string Folder = "idempotency/";
    private const int MaxRecordBytes = 4_096;

    /// <summary>
    /// Days before yesterday whose records are deleted: a fleet that stood still that long leaves some behind.
    /// </summary>
    private const int DaysDeleted = 7;

    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    private string _cleanedOn = "";

    /// <summary>Names a key of an owner, for whoever has no owner too.</summary>
    public static string NameOf(string? owner, string key) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize<string?[]>([owner, key]))));

    /// <returns>Null when the key was not used in the last 24 hours.</returns>
    public async Task<IdempotencyRecord?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var day in (DateTimeOffset[])[now, now.AddDays(-1)])
            if (await ReadAsync(BlobOf(day, name), cancellationToken) is { } record && now - record.At < KeptFor)
                return record;
        return null;
    }

    /// <summary>Durable when the task completes.</summary>
    public async Task PutAsync(string name, IdempotencyRecord record, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(record));
        await blobs.PutAsync(BlobOf(record.At, name), json, cancellationToken);
        await CleanAsync(record.At, cancellationToken);
    }

    private async Task<IdempotencyRecord?> ReadAsync(string blob, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await blobs.OpenReadAsync(blob, 0, cancellationToken);
            var bytes = new byte[MaxRecordBytes];
            var count = await stream.ReadAtLeastAsync(
                bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
            return JsonSerializer.Deserialize<IdempotencyRecord>(bytes.AsSpan(0, count));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Once a day.</summary>
    private async Task CleanAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var today = DayOf(now);
        if (_cleanedOn == today)
            return;
        _cleanedOn = today;
        for (var days = 2; days < 2 + DaysDeleted; days++)
            await blobs.DeleteAsync($"{Folder}{DayOf(now.AddDays(-days))}/", cancellationToken);
    }

    private static string BlobOf(DateTimeOffset day, string name) => $"{Folder}{DayOf(day)}/{name}";

    private static string DayOf(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
