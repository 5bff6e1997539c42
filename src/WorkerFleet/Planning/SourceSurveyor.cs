using System.Runtime.InteropServices;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Mapping;
using WorkerFleet.Results;
using WorkerFleet.Sources;

namespace WorkerFleet.Planning;

/// <summary>
/// Reads a source to its end as a submission and its dispatch would, with their messages, and keeps counts alone:
/// memory does not grow with it.
/// </summary>
public sealed class SourceSurveyor(SourceIngest ingest, ISourceReader reader, IAgentCatalog agents)
{
    /// <param name="source">The bytes.</param>
    /// <param name="settings">How to read them.</param>
    /// <param name="spec">The batch.</param>
    /// <param name="blob">Name that the blob store has the source under from then on.</param>
    /// <param name="sample">How many rows to choose for a sample, spread evenly over the source.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<SourceSurvey> SurveyAsync(
        Stream source, SourceSettings settings, BatchSpec spec, string blob, int sample,
        CancellationToken cancellationToken)
    {
        var ingested = await ingest.IngestAsync(source, settings, blob, cancellationToken);
        if (ingested.Problem is { } problem)
            return new() { Problems = [problem] };
        var (mapper, problems) = RowMapperFactory.Create(
            spec.Mapping, spec.Agents, ingested.Spec, ingested.Sample, agents.Names);
        if (mapper is null)
            return new() { Problems = problems };

        var (rows, bytes, rejected) = (0L, ingested.Start.ByteOffset, 0L);
        var groups = new ErrorGroups();
        // Names that do not exist are rejections, so there are no more than agents.
        var byAgent = new SortedDictionary<string, AgentRows>(StringComparer.Ordinal);
        var chosen = new List<SourcePosition>(sample);
        await foreach (var row in reader.ReadAsync(blob, ingested.Spec, ingested.Start, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows++;
            bytes = row.Next.ByteOffset;
            if (TryMap(mapper, row, out var mapped) is { } failure)
            {
                rejected++;
                groups.Add(failure);
                continue;
            }

            var had = byAgent.GetValueOrDefault(mapped.Agent) ?? new(mapped.Agent, 0, 0);
            byAgent[mapped.Agent] = had with
            {
                Rows = had.Rows + 1,
                InputBytes = had.InputBytes + JsonMarshal.GetRawUtf8Value(mapped.Input).Length,
            };
            if (chosen.Count < sample && rows > (chosen.Count + 0.5) * ingested.Rows / sample)
                chosen.Add(row.Position);
        }

        return new()
        {
            Spec = ingested.Spec, Mapper = mapper, Rows = rows, Bytes = bytes, RejectedRows = rejected,
            Rejections = groups.ToList(), Agents = [.. byAgent.Values], Sample = chosen,
        };
    }

    /// <returns>Why the row would be rejected; null when it would not.</returns>
    private static ItemFailure? TryMap(IRowMapper mapper, SourceRow row, out MappedRow mapped)
    {
        mapped = default;
        if (row.BadRow is { } bad)
            return new(FailureKind.MalformedRow, bad, Retryable: false);
        mapped = mapper.Map(row);
        return mapped.Problem is { } problem ? new(FailureKind.Mapping, problem, Retryable: false) : null;
    }
}
