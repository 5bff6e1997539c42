using System.Security.Cryptography;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Problems;
using WorkerFleet.Batches;
using WorkerFleet.Blobs;
using WorkerFleet.Workers;

namespace WorkerFleet.Api.Submission;

/// <summary>Submits batches: anew each time, or once for an idempotency key.</summary>
internal sealed class BatchSubmission(
    IBatchRequests requests, BatchSubmitter submitter, IBatchStore store, IBlobStore blobs, ILeases leases,
    IdempotencyRecords records, SourceRoots roots, TimeProvider time)
{
    /// <summary>How long a process that dies while it submits keeps the key to itself. An upload renews it.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(20);

    /// <param name="caller">Whose the batch is to be.</param>
    /// <param name="submitted">Source and options.</param>
    /// <param name="key">Idempotency key; null for none.</param>
    /// <param name="traceParent">The caller's trace, as W3C's traceparent.</param>
    /// <param name="cancellationToken">Cancels before the batch is submitted.</param>
    /// <exception cref="ProblemException">Something is wrong: all of it.</exception>
    public async Task<SubmittedJson> SubmitAsync(
        ApiCaller caller, Submitted submitted, string? key, string? traceParent, CancellationToken cancellationToken)
    {
        if (requests.ProblemOfSubmitting is { } impossible)
            throw ProblemException.Conflict(impossible);
        var (request, source, output) = Understand(caller, submitted);
        if (key is null)
            return await StoreAsync(
                submitted, request, source, output, batchId: null, traceParent, cancellationToken);

        var name = IdempotencyRecords.NameOf(caller.Owner, key);
        var holder = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        if (!await leases.TryTakeAsync($"idempotency/{name}", holder, time.GetUtcNow(), Turn, cancellationToken))
            throw ProblemException.Conflict("A request with this idempotency key is under way; repeat it once "
                + "that has ended");
        await using var turn = time.CreateTimer(
            _ => Renew(name, holder), null, Renewal, Renewal);
        try
        {
            return await SubmitOnceAsync(name, submitted, request, source, output, traceParent, cancellationToken);
        }
        finally
        {
            await leases.ReleaseAsync($"idempotency/{name}", holder, CancellationToken.None);
        }
    }

    private async Task<SubmittedJson> SubmitOnceAsync(
        string name, Submitted submitted, BatchRequest request, string? source, string? output, string? traceParent,
        CancellationToken cancellationToken)
    {
        var hash = submitted.Fields.Hash(source ?? submitted.Name);
        var record = await records.FindAsync(name, cancellationToken);
        if (record is not null && await store.FindAsync(record.BatchId, cancellationToken) is { } batch)
            return record.Request == hash
                && (submitted.Upload is not { } upload
                    || await IsSameAsync(upload, batch.SourceBlob, cancellationToken))
                ? new(batch.CorrelationId, batch.TotalRows, Existing: true)
                : throw ProblemException.KeyReused(
                    "The idempotency key was used within the last 24 hours for another source or other options; "
                        + "use another key");

        // Before the batch is: should this process die in between, a repeat goes on under the same id. A submission
        // that was refused has left no batch, and may be repeated with other options.
        var now = time.GetUtcNow();
        record = new(record?.BatchId ?? Guid.CreateVersion7(now), hash, now);
        await records.PutAsync(name, record, cancellationToken);
        return await StoreAsync(
            submitted, request, source, output, record.BatchId, traceParent, cancellationToken);
    }

    private async Task<SubmittedJson> StoreAsync(
        Submitted submitted, BatchRequest request, string? source, string? output, Guid? batchId, string? traceParent,
        CancellationToken cancellationToken)
    {
        List<string> problems = [];
        await using var stream = submitted.Upload ?? await requests.OpenAsync(source!, problems, cancellationToken)
            ?? throw ProblemException.BadRequest(problems);
        var result = await submitter.SubmitAsync(
            new(stream, request.Source, request.Spec, output, ReuseUnfinished: false, traceParent, batchId),
            cancellationToken);
        return result.Problems.Count == 0
            ? new(result.BatchId!.Value, result.Rows, Existing: false)
            : throw ProblemException.BadRequest(result.Problems);
    }

    /// <summary>Options, and where source and output are; all that is wrong with them.</summary>
    private (BatchRequest Request, string? Source, string? Output) Understand(ApiCaller caller, Submitted submitted)
    {
        var problems = submitted.Fields.Problems;
        var source = submitted.Upload is null ? roots.Resolve(submitted.Name) : null;
        if (submitted.Upload is null && source is null)
            problems.Add($"{SubmissionFields.Source}: '{submitted.Name}' is not below any of the roots of "
                + "Fleet:Api:Roots; "
                + "upload the file, or have whoever runs this add its folder");
        var name = submitted.Name[(submitted.Name.LastIndexOfAny(['/', '\\']) + 1)..];
        var request = requests.Read(submitted.Fields.Values, name, caller.Owner, problems);
        var output = request.Output is null ? null : roots.Resolve(request.Output);
        if (request.Output is not null && output is null)
            problems.Add($"output: '{request.Output}' is not below any of the roots of Fleet:Api:Roots; "
                + "leave it out and download the results");
        return problems.Count == 0 ? (request, source, output) : throw ProblemException.BadRequest(problems);
    }

    private async Task<bool> IsSameAsync(UploadedSource upload, string blob, CancellationToken cancellationToken)
    {
        await upload.DrainAsync(cancellationToken);
        await using var stored = await blobs.OpenReadAsync(blob, 0, cancellationToken);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stored, cancellationToken)) == upload.Sha256();
    }

    /// <summary>A renewal that fails is tried again: the lease outlasts two of them.</summary>
    private void Renew(string name, string holder) =>
        _ = leases.TryTakeAsync($"idempotency/{name}", holder, time.GetUtcNow(), Turn, CancellationToken.None)
            .ContinueWith(
                task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default);
}
