namespace WorkerFleet.Blobs;

/// <summary>What a blob may be called: segments separated by slashes, none of which leads out of the store.</summary>
internal static class BlobName
{
    /// <exception cref="ArgumentException">The name is empty, rooted, or leads out of the store.</exception>
    public static void Check(string name, bool isPrefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var segments = name.Split('/');
        for (var index = 0; index < segments.Length; index++)
        {
            // A prefix may end anywhere, also behind a slash.
            var mayBeEmpty = isPrefix && index == segments.Length - 1;
            if (!IsSegment(segments[index], mayBeEmpty))
                throw new ArgumentException($"'{name}' is not a blob name.", nameof(name));
        }
    }

    private static bool IsSegment(string segment, bool mayBeEmpty) =>
        (segment.Length > 0 || mayBeEmpty)
        && segment is not ("." or "..")
        && segment.AsSpan().IndexOfAny('\\', ':', '\0') < 0;
}
