using System.Text.Json;
using WorkerFleet.Sources;

namespace WorkerFleet.Mapping;

/// <summary>Turns rows of one batch into items. Safe for concurrent use.</summary>
public interface IRowMapper
{
    /// <summary>Never throws for a bad row: <see cref="MappedRow.Problem"/> says what is wrong with it.</summary>
    MappedRow Map(SourceRow row);

    /// <summary>Writes the columns that pass through as one JSON object.</summary>
    void WritePassThrough(SourceRow row, Utf8JsonWriter writer);
}

/// <param name="Input">What the agent receives; default when there is a problem.</param>
/// <param name="Agent">The chosen agent's name.</param>
/// <param name="ItemId">The user's id of the row.</param>
/// <param name="Problem">Why the row is rejected, for a person; null when it is good.</param>
public readonly record struct MappedRow(JsonElement Input, string Agent, string? ItemId, string? Problem);
