using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Blobs;
using WorkerFleet.Mapping;
using WorkerFleet.Messaging;
using WorkerFleet.Sources;
using WorkerFleet.Telemetry;

namespace WorkerFleet.Batches;

/// <summary>Checks and submits a batch. Nothing is dispatched unless everything is in order.</summary>
public sealed class BatchSubmitter(
    SourceIngest ingest, IBlobStore blobs, IBatchStore store, IAgentCatalog agents, BatchController controller,
    TimeProvider time)
{
    private const int MaxUnfinished = 1_000;

    /// <summary>Most bytes of options, as JSON: they travel in a message, and the least that brokers take is 1 MiB.</summary>
    private const int MaxSpecBytes = 512 * 1024;

    /// <summary>AgentCore's quota of live sessions in its larger regions.</summary>
    public const int DefaultWaiting = 5_000;

    /// <summary>
    /// Stores the source, checks mapping and agents (probing each that the batch can use), and submits. If an unfinished
    /// batch has the same source and spec, that one is returned instead, so that the same run started again goes on.
    /// </summary>
    public async Task<SubmitResult> SubmitAsync(SubmitRequest request, CancellationToken cancellationToken)
    {
        var batchId = request.BatchId ?? Guid.CreateVersion7(time.GetUtcNow());
        var blob = $"batches/{batchId:N}/source";
        var kept = false;
        using var activity = FleetTrace.StartSubmit(request.TraceParent);
        try
        {
            var ingested = await ingest.IngestAsync(request.Source, request.SourceSettings, blob, cancellationToken);
            if (ingested.Problem is { } problem)
                return Refuse([problem]);

            var spec = request.Spec with { Source = ingested.Spec };
            if (spec.Limits.Waiting == 0 && UsesAsyncAgents(spec.Agents))
                spec = spec with { Limits = spec.Limits with { Waiting = DefaultWaiting } };
            var fingerprint = FingerprintOf(ingested.Sha256, spec);
            if (request.ReuseUnfinished && await FindUnfinishedAsync(fingerprint, cancellationToken) is { } existing)
                return new(existing.CorrelationId, Existing: true, existing.TotalRows, []);

            var (_, problems) = RowMapperFactory.Create(
                spec.Mapping, spec.Agents, spec.Source, ingested.Sample, agents.Names);
            if (problems.Count == 0 && SizeOf(spec) is > MaxSpecBytes and var size)
                problems =
                [
                    string.Create(CultureInfo.InvariantCulture, $"the batch's options have {size:N0} bytes, and at most ")
                        + string.Create(CultureInfo.InvariantCulture, $"{MaxSpecBytes:N0} can be submitted: shorten the template"),
                ];
            if (problems.Count == 0)
                problems = await ProbeAsync(spec.Agents, cancellationToken);
            if (problems.Count > 0)
                return Refuse(problems);

            cancellationToken.ThrowIfCancellationRequested();
            var submit = new SubmitBatch(
                batchId, spec, blob, fingerprint, ingested.Rows, ingested.Start, time.GetUtcNow(), request.Output,
                FleetTrace.TraceOf(activity, request.TraceParent));
            activity?.SetTag(SpanTags.BatchId, FleetTrace.IdOf(batchId)).SetTag(SpanTags.Rows, ingested.Rows);
            await RecordAsync(submit);
            kept = true;
            await controller.SubmitAsync(submit, CancellationToken.None);
            BatchMetrics.CountSubmitted();
            return new(batchId, Existing: false, ingested.Rows, []);
        }
        finally
        {
            if (!kept)
                await blobs.DeleteAsync($"batches/{batchId:N}/", CancellationToken.None);
        }
    }

    /// <summary>
    /// Records the batch before anybody drives it: should the process that was to do so die now, the batch can be seen, and
    /// be resumed, and the same run started again finds it.
    /// </summary>
    private Task RecordAsync(SubmitBatch submit)
    {
        var batch = new BatchState { CorrelationId = submit.BatchId, CurrentState = BatchStatus.Submitted };
        batch.Accept(submit);
        return store.InsertAsync(batch, CancellationToken.None);
    }

    private bool UsesAsyncAgents(AgentSelection selection) =>
        (selection.Column is null ? NamesOf(selection) : agents.Names)
        .Any(name => agents.CompleteWithinOf(name) is not null);

    private static IEnumerable<string> NamesOf(AgentSelection selection) => selection.Rules.Select(rule => rule.Agent)
        .Append(selection.Default).Where(name => name.Length > 0).Distinct();

    private static SubmitResult Refuse(IReadOnlyList<string> problems) => new(null, false, 0, problems);

    /// <summary>Asks every agent that the batch names. A column can name others, which fail row by row.</summary>
    private async Task<IReadOnlyList<string>> ProbeAsync(
        AgentSelection selection, CancellationToken cancellationToken)
    {
        var names = NamesOf(selection);
        var answers = await Task.WhenAll(names
            .Select(agents.Find).OfType<IAgent>()
            .Select(agent => agent.ProbeAsync(cancellationToken)));
        return [.. answers.OfType<string>()];
    }

    private async Task<BatchState?> FindUnfinishedAsync(string fingerprint, CancellationToken cancellationToken)
    {
        var unfinished = await store.ListAsync(null, unfinishedOnly: true, MaxUnfinished, cancellationToken);
        return unfinished.FirstOrDefault(batch => batch.Fingerprint == fingerprint);
    }

    private static int SizeOf(BatchSpec spec) => JsonSerializer.SerializeToUtf8Bytes(spec, FleetJson.Options).Length;

    private static string FingerprintOf(string sourceSha256, BatchSpec spec) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            sourceSha256 + JsonSerializer.Serialize(spec, FleetJson.Options))));
}

/// <param name="Source">The bytes, read to the end.</param>
/// <param name="SourceSettings">How to read them.</param>
/// <param name="Spec">The options; <see cref="BatchSpec.Source"/> is filled in from the source.</param>
/// <param name="Output">Folder for the results when the batch ends; null for none.</param>
/// <param name="ReuseUnfinished">Whether an unfinished batch with the same fingerprint is taken up again.</param>
/// <param name="TraceParent">The trace of whoever submits, as W3C's traceparent; one of its own otherwise.</param>
/// <param name="BatchId">The id that the batch is to have, a version-7 UUID; null for a new one.</param>
public sealed record SubmitRequest(
    Stream Source, SourceSettings SourceSettings, BatchSpec Spec, string? Output, bool ReuseUnfinished = true,
    string? TraceParent = null, Guid? BatchId = null);

/// <param name="BatchId">The batch; null when there are problems.</param>
/// <param name="Existing">Whether it is an unfinished batch that was there before.</param>
/// <param name="Rows">Rows of the source.</param>
/// <param name="Problems">Everything that is wrong, each one message for a person.</param>
public sealed record SubmitResult(Guid? BatchId, bool Existing, long Rows, IReadOnlyList<string> Problems);
