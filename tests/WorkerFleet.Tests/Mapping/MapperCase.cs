using System.Text;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Mapping;
using WorkerFleet.Sources;
using WorkerFleet.Tests.Sources;

namespace WorkerFleet.Tests.Mapping;

/// <summary>A source in memory with a mapping, and short ways to look at what comes out.</summary>
internal static class MapperCase
{
    public static readonly AgentSelection Echo = new() { Default = "echo" };

    /// <summary>The mapper and the rows of a CSV (first line: header) or of JSONL (anything that begins with a brace).</summary>
    public static async Task<(IRowMapper? Mapper, IReadOnlyList<string> Problems, List<SourceRow> Rows)> CreateAsync(
        string source, MappingSpec mapping, AgentSelection? agents = null, IReadOnlyCollection<string>? names = null,
        int? maxRowBytes = null)
    {
        var isJsonl = source.StartsWith('{');
        var lineEnd = source.IndexOf('\n', StringComparison.Ordinal);
        var spec = isJsonl ? SourceText.Jsonl : SourceText.Csv(source[..lineEnd].Split(','));
        if (maxRowBytes is { } limit)
            spec = spec with { MaxRowBytes = limit };
        var rows = await SourceText.ReadAsync(isJsonl ? source : source[(lineEnd + 1)..], spec);
        var (mapper, problems) = RowMapperFactory.Create(mapping, agents ?? Echo, spec, rows, names ?? ["echo", "other"]);
        Assert.Equal(mapper is null, problems.Count > 0);
        return (mapper, problems, rows);
    }

    /// <summary>What the prompt becomes for the first row, or what is wrong.</summary>
    public static async Task<string> PromptAsync(string source, string prompt)
    {
        var (mapper, problems, rows) = await CreateAsync(source, new MappingSpec { Prompt = prompt });
        if (mapper is null)
            return string.Join(" / ", problems);
        var mapped = mapper.Map(rows[0]);
        return mapped.Problem
            ?? mapped.Input.GetProperty("messages")[0].GetProperty("content").GetString()!;
    }

    public static async Task<MappedRow> MapAsync(string source, MappingSpec mapping, AgentSelection? agents = null)
    {
        var (mapper, problems, rows) = await CreateAsync(source, mapping, agents);
        Assert.Empty(problems);
        return mapper!.Map(rows[0]);
    }

    public static string PassThrough(IRowMapper mapper, SourceRow row)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            mapper.WritePassThrough(row, writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
