using System.Globalization;
using Amazon.DynamoDBv2.Model;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>Attributes to and from the values of this program.</summary>
internal static class Attributes
{
    public const string PartitionKey = "PK";
    public const string SortKey = "SK";

    /// <summary>When the record may be deleted, in seconds since 1970. The same name in both tables, and in agents' events.</summary>
    public const string TimeToLive = "ttlSeconds";

    /// <summary>Names one write, so that a repeat of it, whose answer was lost, is told from somebody else's.</summary>
    public const string Writer = "w";

    public static AttributeValue Text(string value) => new() { S = value };

    public static AttributeValue Number(long value) => new() { N = value.ToString(CultureInfo.InvariantCulture) };

    public static AttributeValue Bytes(byte[] value) => new() { B = new MemoryStream(value, writable: false) };

    public static AttributeValue Seconds(DateTimeOffset instant) => Number(instant.ToUnixTimeSeconds());

    public static DateTimeOffset ReadSeconds(AttributeValue value) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(value.N, CultureInfo.InvariantCulture));

    public static AttributeValue Instant(DateTimeOffset instant) => Number(instant.UtcTicks);

    public static Dictionary<string, AttributeValue> Key(string partition, string sort) => new()
    {
        [PartitionKey] = Text(partition),
        [SortKey] = Text(sort),
    };

    /// <summary>A new name for a write: 16 random characters are enough within one key.</summary>
    public static string NewWriter() => Convert.ToBase64String(RandomBytes(12));

    public static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bytes);
        return bytes;
    }

    public static string ReadText(this Dictionary<string, AttributeValue> item, string name) => item[name].S;

    public static string? ReadTextOrNull(this Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) ? value.S : null;

    public static long ReadNumber(this Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) ? long.Parse(value.N, CultureInfo.InvariantCulture) : 0;

    public static DateTimeOffset ReadInstant(this Dictionary<string, AttributeValue> item, string name) =>
        new(item.ReadNumber(name), TimeSpan.Zero);

    public static byte[]? ReadBytesOrNull(this Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) ? value.B.ToArray() : null;
}
