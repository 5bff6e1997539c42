using WorkerFleet.DeadLetters;
using WorkerFleet.Items;

namespace WorkerFleet.Results;

/// <summary>Counts failures by cause, in bounded memory however many causes there are.</summary>
internal sealed class ErrorGroups
{
    /// <summary>Name of the group that gathers what is beyond the limits, so that the counts always add up.</summary>
    public const string Other = "other";

    private const int MaxGroups = 1_000;
    private const int MaxListed = 100;
    private const int MaxKnownMessages = 1_000;

    private readonly Dictionary<string, ErrorGroupSummary> _groups = [];
    // Ids are computed from the message, and most failures of a batch say one of a few things.
    private readonly Dictionary<(FailureKind, int?, string), string> _known = [];
    private long _others;

    /// <returns>The cause's id.</returns>
    public string Add(ItemFailure failure)
    {
        var id = IdOf(failure);
        if (_groups.TryGetValue(id, out var group))
            _groups[id] = group with { Count = group.Count + 1 };
        else if (_groups.Count < MaxGroups)
            _groups[id] = new ErrorGroupSummary(id, failure.Kind, failure.Message, 1);
        else
            _others++;
        return id;
    }

    /// <summary>The most frequent causes first, then the rest as one.</summary>
    public IReadOnlyList<ErrorGroupSummary> ToList()
    {
        var sorted = _groups.Values.OrderByDescending(group => group.Count).ThenBy(group => group.Group).ToList();
        var others = _others + sorted.Skip(MaxListed).Sum(group => group.Count);
        var listed = sorted.Take(MaxListed);
        return others == 0
            ? [.. listed]
            : [.. listed, new ErrorGroupSummary(Other, null, "All other causes.", others)];
    }

    private string IdOf(ItemFailure failure)
    {
        var key = (failure.Kind, failure.StatusCode, failure.Message);
        if (_known.TryGetValue(key, out var id))
            return id;
        id = FailureGroup.IdOf(failure);
        if (_known.Count < MaxKnownMessages)
            _known.Add(key, id);
        return id;
    }
}
