using WorkerFleet.Agents;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Problems;
using WorkerFleet.Blobs;
using WorkerFleet.Mapping;
using WorkerFleet.Sources;

namespace WorkerFleet.Api.Submission;

/// <summary>Maps the first rows of a source as a batch would; stores and sends nothing.</summary>
internal sealed class Preview(IBatchRequests requests, SourceRoots roots, IAgentCatalog agents)
{
    /// <summary>Of the source, as much is looked at.</summary>
    private const int MaxBytes = 1024 * 1024;

    private const int MaxRows = 20;
    private const string Head = "preview";

    public async Task<PreviewJson> MakeAsync(
        ApiCaller caller, Submitted submitted, CancellationToken cancellationToken)
    {
        var problems = submitted.Fields.Problems;
        var source = submitted.Upload is null ? roots.Resolve(submitted.Name) : null;
        if (submitted.Upload is null && source is null)
            throw ProblemException.BadRequest(
                $"{SubmissionFields.Source}: '{submitted.Name}' is not below any of the roots of Fleet:Api:Roots");
        var name = submitted.Name[(submitted.Name.LastIndexOfAny(['/', '\\']) + 1)..];
        var request = requests.Read(submitted.Fields.Values, name, caller.Owner, problems);
        await using var stream = submitted.Upload ?? await requests.OpenAsync(source!, problems, cancellationToken)
            ?? throw ProblemException.BadRequest(problems);
        var blobs = new HeadBlob();
        await blobs.FillAsync(stream, cancellationToken);

        var reader = new SourceReader(blobs);
        // Of a part of the source nothing follows from its bad rows.
        var settings = request.Source with { OnBadRow = BadRowPolicy.Reject };
        var ingested = await new SourceIngest(blobs, reader)
            .IngestAsync(Stream.Null, settings, Head, cancellationToken);
        if (ingested.Problem is { } problem)
            return new(null, [], [], [.. problems, problem]);
        var (mapper, wrong) = RowMapperFactory.Create(
            request.Spec.Mapping, request.Spec.Agents, ingested.Spec, ingested.Sample, agents.Names);
        var rows = new List<PreviewRowJson>();
        await foreach (var row in reader.ReadAsync(Head, ingested.Spec, ingested.Start, cancellationToken))
        {
            if (rows.Count == MaxRows)
                break;
            rows.Add(Of(row, mapper));
        }

        return new(
            ingested.Spec.Format.ToString().ToLowerInvariant(), ingested.Spec.Columns, rows, [.. problems, .. wrong]);
    }

    private static PreviewRowJson Of(SourceRow row, IRowMapper? mapper)
    {
        if (row.BadRow is not null || mapper is null)
            return new(row.Position.Index, null, null, null, row.BadRow);
        var mapped = mapper.Map(row);
        return mapped.Problem is { } problem
            ? new(row.Position.Index, mapped.ItemId, null, null, problem)
            : new(row.Position.Index, mapped.ItemId, mapped.Agent, mapped.Input, null);
    }

    /// <summary>The beginning of a source, in memory, up to the last line that is there as a whole.</summary>
    private sealed class HeadBlob : IBlobStore
    {
        private byte[] _bytes = [];

        public async Task FillAsync(Stream source, CancellationToken cancellationToken)
        {
            var head = new byte[MaxBytes];
            var count = await source.ReadAtLeastAsync(head, MaxBytes, throwOnEndOfStream: false, cancellationToken);
            if (count == MaxBytes && head.AsSpan().LastIndexOf((byte)'\n') is > 0 and var end)
                count = end + 1;
            _bytes = head[..count];
        }

        public Task PutAsync(string name, Stream content, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellationToken) =>
            Task.FromResult<Stream>(
                new MemoryStream(_bytes, (int)offset, _bytes.Length - (int)offset, writable: false));

        public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task DeleteAsync(string prefix, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
