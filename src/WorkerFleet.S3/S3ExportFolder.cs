using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using WorkerFleet.Aws;
using WorkerFleet.Results;

namespace WorkerFleet.S3;

/// <summary>
/// Writes an export below a prefix. A file is a multipart upload, which goes on while rows are written, and appears under
/// its name when it is renamed: S3 has neither folders to lock nor objects to rename, and needs neither for this.
/// </summary>
/// <remarks>
/// Two exports to one place: the later one ends the uploads of the earlier, which then fails. Should both be past that, the
/// manifest decides: it is written only where there is none, and only if the files are still the ones it lists.
/// </remarks>
internal sealed class S3ExportFolder(IAmazonS3 client, S3Address prefix) : IExportFolder
{
    private const string MetAnother = "another export wrote there at the same time; export again";

    /// <summary>By the names that the files get.</summary>
    private readonly Dictionary<string, S3Upload> _uploads = [];

    private readonly Dictionary<string, string?> _published = [];
    private readonly Queue<Func<CancellationToken, Task>> _waiting = new();

    public string Path => prefix.ToString();

    public Stream Create(string name)
    {
        var final = FinalOf(name);
        var upload = new S3Upload(client, prefix.Append(final));
        _uploads.Add(final, upload);
        return new S3ExportStream(upload);
    }

    public void Rename(string from, string to)
    {
        if (FinalOf(from) != to)
            throw new NotSupportedException($"{from} was begun under another name than {to}.");
        _waiting.Enqueue(cancellationToken => PublishAsync(to, cancellationToken));
    }

    public void Delete(string name)
    {
        if (ExportFileNames.FinalOf(name) is not { } unfinished)
            _waiting.Enqueue(cancellationToken => DeleteObjectAsync(name, cancellationToken));
        else
            _waiting.Enqueue(cancellationToken => AbortOthersAsync(unfinished, cancellationToken));
    }

    public async Task SyncAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (_waiting.TryDequeue(out var action))
                await action(cancellationToken);
        }
        catch (AmazonS3Exception exception) when (
            exception.StatusCode == HttpStatusCode.PreconditionFailed || exception.ErrorCode == "NoSuchUpload")
        {
            throw new S3Exception(MetAnother, exception);
        }
        catch (Exception exception) when (AwsProblems.IsOurs(exception))
        {
            throw new S3Exception(AwsProblems.Describe(exception), exception);
        }
    }

    /// <summary>What a crash left was looked for by its names.</summary>
    public void DeleteAbandoned()
    {
    }

    /// <summary>Leaves what is unfinished to the next export, or to the bucket's rules.</summary>
    public void Dispose()
    {
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var upload in _uploads.Values)
            await upload.DisposeAsync();
    }

    private async Task PublishAsync(string name, CancellationToken cancellationToken)
    {
        var isManifest = name == ExportFileNames.Manifest;
        if (isManifest)
            await CheckUnchangedAsync(cancellationToken);
        else if (_published.Count == 0)
            // Once more: another export may have written it while this one wrote its rows.
            await DeleteObjectAsync(ExportFileNames.Manifest, cancellationToken);
        var upload = _uploads[name];
        await upload.CompleteAsync(onlyIfNew: isManifest, cancellationToken);
        _published[name] = upload.ETag;
    }

    private async Task CheckUnchangedAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, etag) in _published)
        {
            var found = await client.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = prefix.Bucket, Key = prefix.Append(name).Key },
                cancellationToken);
            if (found.ETag != etag)
                throw new S3Exception(MetAnother);
        }
    }

    private Task DeleteObjectAsync(string name, CancellationToken cancellationToken) => client.DeleteObjectAsync(
        new DeleteObjectRequest { BucketName = prefix.Bucket, Key = prefix.Append(name).Key }, cancellationToken);

    /// <summary>Ends uploads that are not this export's: what a crash left, or an export that began earlier.</summary>
    private async Task AbortOthersAsync(string name, CancellationToken cancellationToken)
    {
        if (_uploads.ContainsKey(name))
            return;
        try
        {
            await S3Deletion.AbortUploadsAsync(client, prefix.Append(name), exact: true, cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.Forbidden)
        {
            // Who may only write here can do without: a rule of the bucket ends such uploads in the end.
        }
    }

    private static string FinalOf(string name) => ExportFileNames.FinalOf(name) ?? name;
}
