using System.Text.Json;
using WorkerFleet.Journal;

namespace WorkerFleet.Api.Contracts;

/// <summary>One event of a row's journal, as JSON.</summary>
public sealed record ItemEventJson(
    DateTimeOffset At, string Event, int Attempt, string? Worker, JsonElement? Detail)
{
    public static ItemEventJson Of(JournalEvent journalEvent) => new(
        journalEvent.At, journalEvent.Status, journalEvent.Attempt, journalEvent.WorkerId,
        Parse(journalEvent.Detail));

    private static JsonElement? Parse(string? detail)
    {
        try
        {
            return detail is null ? null : JsonDocument.Parse(detail).RootElement;
        }
        catch (JsonException)
        {
            // Agents may write events of their own.
            return JsonSerializer.SerializeToElement(detail);
        }
    }
}
