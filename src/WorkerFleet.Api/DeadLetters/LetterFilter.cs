using WorkerFleet.Api.Hosting;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Api.DeadLetters;

/// <summary>Which dead letters to list; null: any.</summary>
internal sealed record LetterFilter(Guid? Batch, string? Group, DeadLetterState? State)
{
    private const string Any = "Any";

    /// <summary>States that can be asked for.</summary>
    public static IReadOnlyList<string> States { get; } = [.. Enum.GetNames<DeadLetterState>(), Any];

    /// <summary>The state as it was asked for.</summary>
    public string StateName => State?.ToString() ?? Any;

    /// <summary>Those that are open, unless others are asked for.</summary>
    public static LetterFilter Read(RequestQuery query) =>
        new(query.Batch("batch"), query.Text("group"), ReadState(query));

    public DeadLetterQuery ToQuery(int limit) => new(Batch, Group, State, Limit: limit);

    private static DeadLetterState? ReadState(RequestQuery query)
    {
        var any = query.Flag("replayed");
        return query.Choice("state", States) is { } state
            ? state == Any ? null : Enum.Parse<DeadLetterState>(state)
            : any ? null : DeadLetterState.Open;
    }
}
