using System.Text.Json;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Mapping;

namespace WorkerFleet.Api.Contracts;

/// <summary>Everything about one row, as JSON.</summary>
/// <param name="Usage">What all attempts of a row that is settled used; null where that is not known.</param>
public sealed record ItemJson(
    Guid BatchId,
    long Row,
    string? Id,
    string Session,
    ItemState State,
    string? Agent,
    int Attempts,
    int Round,
    DateTimeOffset? StartedAt,
    DateTimeOffset? SettledAt,
    double? DurationMs,
    JsonElement? Input,
    JsonElement? Output,
    ItemFailure? Error,
    IReadOnlyList<ItemEventJson> Events,
    UsageJson? Usage = null)
{
    public static ItemJson Of(
        Guid batchId, long index, string session, Settlement? settled, MappedRow? mapped,
        IReadOnlyList<JournalEvent> events) => new(
        batchId, index, settled?.ItemId ?? mapped?.ItemId, session, settled?.State ?? ItemState.Pending,
        settled is { Agent.Length: > 0 } ? settled.Agent
            : mapped is { Agent.Length: > 0 } row ? row.Agent
            : null,
        settled?.Attempts ?? 0, settled?.Round ?? 0, settled?.StartedAt, settled?.SettledAt,
        settled?.StartedAt is null ? null : settled.Duration.TotalMilliseconds,
        mapped is { Input.ValueKind: not JsonValueKind.Undefined } input ? input.Input : null,
        settled is { Output.IsEmpty: false } ? JsonDocument.Parse(settled.Output).RootElement : null,
        settled?.Failure, [.. events.Select(ItemEventJson.Of)],
        settled is null ? null : UsageJson.Of(settled.Usage.Total));
}
