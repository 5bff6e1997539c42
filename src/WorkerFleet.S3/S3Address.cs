namespace WorkerFleet.S3;

/// <summary>An address such as <c>s3://bucket/some/key</c>.</summary>
/// <param name="Bucket">3 to 63 lower-case letters, digits, dots and hyphens.</param>
/// <param name="Key">Of an object, or the prefix of several; at most 1,024 bytes in UTF-8. Without a slash at either end.</param>
public sealed record S3Address(string Bucket, string Key)
{
    public const string Scheme = "s3://";

    private const int ShortestBucket = 3;
    private const int LongestBucket = 63;
    private const int MaxKeyBytes = 1_024;

    /// <summary>Name of an object: what stands behind the last slash of its key.</summary>
    public string Name => Key[(Key.LastIndexOf('/') + 1)..];

    /// <summary>Whether something is meant to be such an address; it can still be wrong.</summary>
    public static bool IsMeant(string text) => text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether S3 takes it as the name of a bucket.</summary>
    public static bool IsBucketName(string name) =>
        name.Length is >= ShortestBucket and <= LongestBucket
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')
        && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1])
        && !name.Contains("..", StringComparison.Ordinal);

    /// <param name="text">What somebody wrote.</param>
    /// <param name="needsKey">Whether it is to name an object; otherwise a bucket alone will do.</param>
    /// <returns>The address; or null and what is wrong, which reads on behind the text and a colon.</returns>
    public static (S3Address? Address, string? Problem) Parse(string text, bool needsKey)
    {
        if (!IsMeant(text))
            return (null, $"does not begin with {Scheme}");
        var (bucket, key) = text[Scheme.Length..].Split('/', 2) is [var name, var rest] ? (name, rest) : (text[Scheme.Length..], "");
        if (bucket.Length == 0)
            return (null, $"names no bucket; write {Scheme}bucket/key");
        if (!IsBucketName(bucket))
            return (null, $"'{bucket}' is no name of a bucket: these are 3 to 63 lower-case letters, digits, dots and hyphens");
        if (needsKey && key.EndsWith('/'))
            return (null, "ends in a slash, so that it names no object; write its whole key");
        key = key.TrimEnd('/');
        if (needsKey && key.Length == 0)
            return (null, $"names a bucket alone; write {Scheme}{bucket}/ and the key of an object");
        if (System.Text.Encoding.UTF8.GetByteCount(key) > MaxKeyBytes)
            return (null, "has a key of more than 1,024 bytes, which S3 does not take");
        return (new S3Address(bucket, key), null);
    }

    /// <summary>The address of something below this one.</summary>
    public S3Address Append(string name) => this with { Key = Key.Length == 0 ? name : $"{Key}/{name}" };

    public override string ToString() => Key.Length == 0 ? $"{Scheme}{Bucket}" : $"{Scheme}{Bucket}/{Key}";
}
