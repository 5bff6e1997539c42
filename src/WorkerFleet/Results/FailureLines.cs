using System.Buffers;
using System.Text.Json;
using WorkerFleet.Items;

namespace WorkerFleet.Results;

/// <summary>Writes failures.jsonl: a line for every settled row that did not succeed.</summary>
internal sealed class FailureLines(OutputFile file) : IDisposable
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
        WriteError(settled.Failure);
        _json.WriteNumber(LineFields.Attempts, settled.Attempts);
        _json.WriteBoolean(LineFields.Replayable, settled.State is ItemState.Failed or ItemState.Cancelled);
        _json.WriteString(LineFields.Group, row.Group);
        _json.WriteRaw(LineFields.Input, row.Input.WrittenSpan);
        _json.WriteString(LineFields.Session, row.Session);
        _json.WriteEndObject();
        _json.Flush();
        file.Write("\n"u8);
    }

    public void Dispose() => _json.Dispose();

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
        if (failure.StatusCode is { } statusCode)
            _json.WriteNumber(LineFields.StatusCode, statusCode);
        else
            _json.WriteNull(LineFields.StatusCode);
        _json.WriteEndObject();
    }
}
