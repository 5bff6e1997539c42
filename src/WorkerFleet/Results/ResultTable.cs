using WorkerFleet.Agents;
using WorkerFleet.Batches;

namespace WorkerFleet.Results;

/// <summary>Writes results.csv: a record for every settled row.</summary>
internal sealed class ResultTable
{
    private readonly CsvRecordWriter _csv;
    private readonly InputColumns _input;
    private readonly bool _isJudged;

    /// <param name="file">Gets the records.</param>
    /// <param name="spec">Says which columns there are.</param>
    public ResultTable(OutputFile file, BatchSpec spec)
    {
        File = file;
        _csv = new CsvRecordWriter(file);
        _input = new InputColumns(spec);
        _isJudged = spec.Mapping.ExpectedColumn is not null;
        WriteHeader();
    }

    public OutputFile File { get; }

    public void Write(ResultRow row)
    {
        var settled = row.Settled;
        _csv.Field(settled.Index);
        _csv.Field(settled.ItemId);
        _csv.Field(ResultJson.NameOf(settled.State).EncodedUtf8Bytes);
        _input.WriteValues(_csv, row);
        CsvValue.Write(_csv, row.Output);
        _csv.Field(settled.Agent);
        _csv.Field(settled.Attempts);
        if (settled.StartedAt is null)
            _csv.EmptyField();
        else
            _csv.Field(ResultJson.Milliseconds(settled.Duration));
        if (settled.Failure is { } failure)
        {
            _csv.Field(ResultJson.NameOf(failure.Kind).EncodedUtf8Bytes);
            _csv.Field(failure.Message);
        }
        else
        {
            _csv.EmptyField();
            _csv.EmptyField();
        }
        _csv.Field(row.Session);
        WriteUsage(settled.Usage.Total);
        if (_isJudged)
            WriteJudgement(row);
        _csv.EndRecord();
    }

    private void WriteJudgement(ResultRow row)
    {
        CsvValue.Write(_csv, row.Expected.WrittenSpan);
        if (row.IsCorrect is { } isCorrect)
            _csv.Field(isCorrect ? "true"u8 : "false"u8);
        else
            _csv.EmptyField();
    }

    /// <summary>As in results.jsonl: nothing where nothing is known.</summary>
    private void WriteUsage(AgentUsage usage)
    {
        if (usage.IsNone)
        {
            _csv.EmptyField();
            _csv.EmptyField();
        }
        else
        {
            _csv.Field(usage.InputTokens);
            _csv.Field(usage.OutputTokens);
        }
        if (usage.CostUsd is { } cost)
            _csv.Field(cost);
        else
            _csv.EmptyField();
    }

    private void WriteHeader()
    {
        _csv.Field("row");
        _csv.Field("id");
        _csv.Field("state");
        _input.WriteHeader(_csv);
        foreach (var name in (string[])
            [
                "output", "agent", "attempts", "duration_ms", "error_kind", "error_message", "session",
                "input_tokens", "output_tokens", "cost_usd",
            ])
            _csv.Field(name);
        if (_isJudged)
        {
            _csv.Field("expected");
            _csv.Field("correct");
        }
        _csv.EndRecord();
    }
}
