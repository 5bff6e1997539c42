using System.Buffers;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Items;

namespace WorkerFleet.Results;

/// <summary>Writes results.jsonl: a line for every settled row, all with the same fields.</summary>
internal sealed class ResultLines(OutputFile file) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(file, ResultJson.LineOptions);

    public OutputFile File => file;

    public void Write(ResultRow row)
    {
        var settled = row.Settled;
        _json.Reset(file);
        _json.WriteStartObject();
        _json.WriteNumber(LineFields.Row, settled.Index);
        _json.WriteString(LineFields.Id, settled.ItemId);
        _json.WriteString(LineFields.State, ResultJson.NameOf(settled.State));
        _json.WriteRaw(LineFields.Input, row.Input.WrittenSpan);
        _json.WriteRaw(LineFields.Output, row.Output);
        WriteError(settled.Failure);
        _json.WriteString(LineFields.Agent, settled.Agent.Length == 0 ? null : settled.Agent);
        _json.WriteNumber(LineFields.Attempts, settled.Attempts);
        if (settled.StartedAt is { } startedAt)
        {
            _json.WriteString(LineFields.StartedAt, startedAt.UtcDateTime);
            _json.WriteNumber(LineFields.DurationMs, ResultJson.Milliseconds(settled.Duration));
        }
        else
        {
            _json.WriteNull(LineFields.StartedAt);
            _json.WriteNull(LineFields.DurationMs);
        }
        _json.WriteString(LineFields.Session, row.Session);
        if (!settled.Usage.IsNone)
            WriteUsage(settled.Usage.Total);
        if (row.IsJudged)
            WriteJudgement(row);
        _json.WriteEndObject();
        _json.Flush();
        file.Write("\n"u8);
    }

    public void Dispose() => _json.Dispose();

    private void WriteUsage(AgentUsage usage)
    {
        _json.WriteStartObject(LineFields.Usage);
        _json.WriteNumber(LineFields.InputTokens, usage.InputTokens);
        _json.WriteNumber(LineFields.OutputTokens, usage.OutputTokens);
        if (usage.CostUsd is { } cost)
            _json.WriteNumber(LineFields.CostUsd, cost);
        else
            _json.WriteNull(LineFields.CostUsd);
        _json.WriteEndObject();
    }

    private void WriteJudgement(ResultRow row)
    {
        _json.WriteRaw(LineFields.Expected, row.Expected.WrittenSpan);
        if (row.IsCorrect is { } isCorrect)
            _json.WriteBoolean(LineFields.Correct, isCorrect);
        else
            _json.WriteNull(LineFields.Correct);
    }

    private void WriteError(ItemFailure? failure)
    {
        if (failure is null)
        {
            _json.WriteNull(LineFields.Error);
            return;
        }
        _json.WriteStartObject(LineFields.Error);
        _json.WriteString(LineFields.Kind, ResultJson.NameOf(failure.Kind));
        _json.WriteString(LineFields.Message, failure.Message);
        _json.WriteBoolean(LineFields.Retryable, failure.Retryable);
        _json.WriteEndObject();
    }
}
