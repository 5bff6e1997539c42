using Amazon.DynamoDBv2.Model;
using WorkerFleet.DeadLetters;
using WorkerFleet.DynamoDb.Client;

namespace WorkerFleet.DynamoDb;

/// <summary>Counts letters by cause while they are read.</summary>
internal sealed class CauseTally
{
    /// <summary>Causes told apart; a batch has a few. What comes beyond is not counted.</summary>
    private const int MaxCauses = 100_000;

    private readonly Dictionary<string, DeadLetterGroup> _causes = new(StringComparer.Ordinal);

    /// <summary>The first letter of a cause is its sample.</summary>
    public void Add(Guid batchId, Dictionary<string, AttributeValue> item)
    {
        var cause = item.ReadText(LetterItems.Group);
        var at = item.ReadInstant(LetterItems.FailedAt);
        if (_causes.TryGetValue(cause, out var group))
            _causes[cause] = group with
            {
                Count = group.Count + 1,
                First = at < group.First ? at : group.First,
                Last = at > group.Last ? at : group.Last,
            };
        else if (_causes.Count < MaxCauses && LetterItems.Read(batchId, item) is { Failure: { } failure } letter)
            _causes[cause] = new(cause, failure.Kind, failure.Message, 1, at, at, letter.Agent);
    }

    public IReadOnlyList<DeadLetterGroup> MostFrequent(int limit) =>
        [.. _causes.Values.OrderByDescending(group => group.Count).ThenBy(group => group.Group, StringComparer.Ordinal)
            .Take(limit)];
}
