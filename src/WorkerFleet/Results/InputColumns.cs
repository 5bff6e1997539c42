using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Sources;

namespace WorkerFleet.Results;

/// <summary>The columns of results.csv that repeat what the source says.</summary>
internal sealed class InputColumns
{
    private readonly string[] _names;
    private readonly int[] _places;
    private readonly Range[] _values;
    private readonly bool _whole;
    private readonly bool _isJson;

    public InputColumns(BatchSpec spec)
    {
        var columns = spec.Source.Columns;
        _isJson = spec.Source.Format == SourceFormat.Jsonl;
        // The keys of JSON objects can differ from row to row: unless some are named, the object is one column.
        _whole = _isJson && spec.Mapping.PassThrough is null;
        _names = _whole ? [] : [.. spec.Mapping.PassThrough ?? columns];
        _places = [.. _names.Select(name => IndexOf(columns, name))];
        _values = new Range[_names.Length];
    }

    public void WriteHeader(CsvRecordWriter csv)
    {
        if (_whole)
            csv.Field("input");
        foreach (var name in _names)
            csv.Field($"input.{name}");
    }

    public void WriteValues(CsvRecordWriter csv, ResultRow row)
    {
        if (_whole)
            csv.Field(row.Input.WrittenSpan);
        else if (_isJson)
            WriteProperties(csv, row.Input.WrittenSpan);
        else
            WriteFields(csv, row.Source.Values);
    }

    private void WriteFields(CsvRecordWriter csv, IReadOnlyList<string> values)
    {
        foreach (var place in _places)
            if ((uint)place < (uint)values.Count)
                csv.Field(values[place]);
            else
                csv.EmptyField();
    }

    private void WriteProperties(CsvRecordWriter csv, ReadOnlySpan<byte> input)
    {
        Array.Clear(_values);
        if (!input.IsEmpty)
            FindProperties(input);
        foreach (var value in _values)
            CsvValue.Write(csv, input[value]);
    }

    private void FindProperties(ReadOnlySpan<byte> input)
    {
        var reader = new Utf8JsonReader(input);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var place = PlaceOf(ref reader);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (place >= 0)
                _values[place] = start..(int)reader.BytesConsumed;
        }
    }

    private int PlaceOf(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < _names.Length; i++)
            if (reader.ValueTextEquals(_names[i]))
                return i;
        return -1;
    }

    private static int IndexOf(IReadOnlyList<string> columns, string name)
    {
        for (var i = 0; i < columns.Count; i++)
            if (columns[i] == name)
                return i;
        return -1;
    }
}
