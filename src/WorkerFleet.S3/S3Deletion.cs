using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace WorkerFleet.S3;

/// <summary>Deletes everything whose key begins alike, in pages of at most 1,000.</summary>
internal static class S3Deletion
{
    /// <param name="client">The client.</param>
    /// <param name="prefix">Bucket, and how the keys begin.</param>
    /// <param name="cancellationToken">Cancels; what is deleted by then stays so.</param>
    /// <exception cref="S3Exception">S3 would not delete one of them.</exception>
    public static async Task DeleteAsync(IAmazonS3 client, S3Address prefix, CancellationToken cancellationToken)
    {
        // The unfinished first: one that completed in between would be left behind.
        await AbortUploadsAsync(client, prefix, exact: false, cancellationToken);
        await DeleteObjectsAsync(client, prefix, cancellationToken);
    }

    /// <summary>Ends the multipart uploads that a crash left: nobody sees them, and they are billed for ever.</summary>
    /// <param name="client">The client.</param>
    /// <param name="prefix">Bucket, and how the keys begin.</param>
    /// <param name="exact">Whether only those of this very key.</param>
    /// <param name="cancellationToken">Cancels; what is ended by then stays so.</param>
    public static async Task AbortUploadsAsync(
        IAmazonS3 client, S3Address prefix, bool exact, CancellationToken cancellationToken)
    {
        var request = new ListMultipartUploadsRequest { BucketName = prefix.Bucket, Prefix = prefix.Key };
        while (true)
        {
            ListMultipartUploadsResponse page;
            try
            {
                page = await client.ListMultipartUploadsAsync(request, cancellationToken);
            }
            catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotImplemented)
            {
                // A server that is not AWS's, and keeps no such list.
                return;
            }
            foreach (var upload in (page.MultipartUploads ?? []).Where(upload => !exact || upload.Key == prefix.Key))
                await AbortAsync(client, prefix.Bucket, upload, cancellationToken);
            if (page.IsTruncated != true)
                return;
            request.KeyMarker = page.NextKeyMarker;
            request.UploadIdMarker = page.NextUploadIdMarker;
        }
    }

    private static async Task AbortAsync(
        IAmazonS3 client, string bucket, MultipartUpload upload, CancellationToken cancellationToken)
    {
        try
        {
            await client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = bucket, Key = upload.Key, UploadId = upload.UploadId },
                cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            // It completed, or somebody else ended it.
        }
    }

    private static async Task DeleteObjectsAsync(IAmazonS3 client, S3Address prefix, CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = prefix.Bucket, Prefix = prefix.Key };
        while (true)
        {
            var page = await client.ListObjectsV2Async(request, cancellationToken);
            if (page.S3Objects is { Count: > 0 } found)
                await DeletePageAsync(client, prefix.Bucket, found, cancellationToken);
            if (page.IsTruncated != true)
                return;
            request.ContinuationToken = page.NextContinuationToken;
        }
    }

    private static async Task DeletePageAsync(
        IAmazonS3 client, string bucket, List<S3Object> found, CancellationToken cancellationToken)
    {
        try
        {
            await client.DeleteObjectsAsync(
                new DeleteObjectsRequest
                {
                    BucketName = bucket,
                    Quiet = true,
                    Objects = [.. found.Select(item => new KeyVersion { Key = item.Key })],
                }, cancellationToken);
        }
        catch (DeleteObjectsException exception) when (exception.Response.DeleteErrors is [var error, ..])
        {
            throw new S3Exception(
                $"{new S3Address(bucket, error.Key)}: {error.Code}, {error.Message}", exception);
        }
    }
}
