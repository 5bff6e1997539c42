using System.Collections.Concurrent;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;

namespace WorkerFleet.Planning;

/// <summary>
/// Really invokes agents for some rows, once each, inside the limits of batch and agents. Nothing of it is kept, and
/// nothing is tried again.
/// </summary>
public sealed class SampleRun(IAgentCatalog agents, ISourceReader reader, TimeProvider time)
{
    private readonly AgentMeter _meter = new(agents);

    /// <param name="survey">Of the source; its sample is invoked.</param>
    /// <param name="blob">Name of the source in the blob store.</param>
    /// <param name="limits">Of the batch: calls at the same time, and how long each may take.</param>
    /// <param name="cancellationToken">Cancels calls under way, too.</param>
    public async Task<IReadOnlyList<SampleCall>> RunAsync(
        SourceSurvey survey, string blob, LimitsSpec limits, CancellationToken cancellationToken)
    {
        // Sessions need the id of a batch; no batch has this one.
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var gates = new ConcurrentDictionary<string, SampleGate>(StringComparer.Ordinal);
        var calls = new ConcurrentBag<SampleCall>();
        try
        {
            await Parallel.ForEachAsync(
                survey.Sample,
                new ParallelOptions
                {
                    MaxDegreeOfParallelism = Math.Min(limits.Concurrency, Math.Max(1, survey.Sample.Count)),
                    CancellationToken = cancellationToken,
                },
                async (position, token) =>
                {
                    // Read anew, one by one: a row can be megabytes.
                    var (input, agent) = await ReadAsync(survey, blob, position, token);
                    var gate = gates.GetOrAdd(agent, name => new(agents.LimitsOf(name) ?? new(), time));
                    using (await gate.EnterAsync(token))
                        calls.Add(await CallAsync(id, position.Index, agent, input, limits.AttemptTimeout, token));
                });
        }
        finally
        {
            foreach (var gate in gates.Values)
                gate.Dispose();
        }

        return [.. calls];
    }

    private async Task<(JsonElement Input, string Agent)> ReadAsync(
        SourceSurvey survey, string blob, SourcePosition position, CancellationToken cancellationToken)
    {
        await foreach (var row in reader.ReadAsync(blob, survey.Spec, position, cancellationToken))
        {
            var mapped = survey.Mapper!.Map(row);
            if (mapped.Problem is null)
                return (mapped.Input, mapped.Agent);
            break;
        }

        throw new IOException($"The source was changed while it was read: row {position.Index} is another one now");
    }

    private async Task<SampleCall> CallAsync(
        Guid id, long index, string name, JsonElement input, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var agent = agents.Find(name)!;
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var began = time.GetTimestamp();
        AgentReply reply;
        try
        {
            var call = new AgentCall(ItemSession.ForAttempt(id, index, 1), id, index, Attempt: 1, input);
            reply = await agent.CallAsync(call, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested
            && !cancellationToken.IsCancellationRequested)
        {
            reply = AgentReply.Fail(new(
                FailureKind.Timeout, $"agent '{name}' gave no answer within {timeout}", Retryable: true));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The boundary to code that is not ours: an agent that throws is an agent that failed.
            reply = AgentReply.Fail(new(
                FailureKind.AgentError, $"agent '{name}' threw {exception.GetType().Name}: {exception.Message}",
                Retryable: true));
        }

        var duration = time.GetElapsedTime(began);
        return new(
            name, duration, reply.Output.Length, reply.Failure, _meter.Measure(name, reply, duration),
            (reply.Usage ?? _meter.Read(name, reply.Output))?.CostUsd);
    }
}
