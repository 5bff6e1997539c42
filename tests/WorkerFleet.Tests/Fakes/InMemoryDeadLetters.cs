using WorkerFleet.DeadLetters;

namespace WorkerFleet.Tests.Fakes;

internal sealed class InMemoryDeadLetters : IDeadLetters
{
    private readonly SortedDictionary<(Guid BatchId, long Index, int Round), DeadLetter> _letters = [];

    public IReadOnlyCollection<DeadLetter> Letters => _letters.Values;

    public Task AddAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        foreach (var letter in letters)
            _letters.TryAdd((letter.BatchId, letter.Index, letter.Round), letter);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<DeadLetter>> ReadAsync(DeadLetterQuery query, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DeadLetter>>([.. _letters.Values
            .Where(letter => query.BatchId is null || letter.BatchId == query.BatchId)
            .Where(letter => query.Group is null || letter.Group == query.Group)
            .Where(letter => query.State is null || letter.State == query.State)
            .Where(letter => letter.Index > query.AfterIndex && letter.Index <= query.UpToIndex)
            .Where(letter => query.BeforeRound is null || letter.Round < query.BeforeRound)
            .Where(letter => query.FiledBefore is null || letter.FailedAt < query.FiledBefore)
            .Take(query.Limit)]);

    public Task<IReadOnlyList<DeadLetterGroup>> ReadGroupsAsync(
        Guid? batchId, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DeadLetterGroup>>([.. _letters.Values
            .Where(letter => letter.State == DeadLetterState.Open && (batchId is null || letter.BatchId == batchId))
            .GroupBy(letter => letter.Group)
            .Select(group => new DeadLetterGroup(
                group.Key, group.First().Failure.Kind, group.First().Failure.Message, group.Count(),
                group.Min(letter => letter.FailedAt), group.Max(letter => letter.FailedAt), group.First().Agent))
            .OrderByDescending(group => group.Count)
            .Take(limit)]);

    public Task MarkReplayedAsync(
        Guid batchId, IReadOnlyList<long> indexes, int round, CancellationToken cancellationToken)
    {
        foreach (var (key, letter) in _letters.ToList())
            if (key.BatchId == batchId && key.Round < round && indexes.Contains(key.Index))
                _letters[key] = letter with { State = DeadLetterState.Replayed };
        return Task.CompletedTask;
    }

    public Task<int> MoveAsync(
        IReadOnlyList<DeadLetter> letters, DeadLetterState state, CancellationToken cancellationToken)
    {
        var moved = 0;
        foreach (var letter in letters)
            if (_letters.TryGetValue((letter.BatchId, letter.Index, letter.Round), out var filed)
                && filed.State == letter.State)
            {
                _letters[(letter.BatchId, letter.Index, letter.Round)] = filed with { State = state };
                moved++;
            }

        return Task.FromResult(moved);
    }

    public Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken)
    {
        foreach (var key in _letters.Keys.Where(key => key.BatchId == batchId).ToList())
            _letters.Remove(key);
        return Task.CompletedTask;
    }
}
