namespace WorkerFleet.Results;

/// <summary>Counts right and wrong answers, in all and by agent.</summary>
internal sealed class AccuracyBuilder
{
    private readonly SortedDictionary<string, Count> _byAgent = new(StringComparer.Ordinal);

    /// <param name="agent">The agent that the row went to; empty for none.</param>
    /// <param name="judgement">Of its answer.</param>
    public void Add(string agent, Judgement judgement)
    {
        if (judgement == Judgement.None)
            return;
        var count = _byAgent.GetValueOrDefault(agent);
        _byAgent[agent] = judgement switch
        {
            Judgement.Correct => count with { Correct = count.Correct + 1 },
            Judgement.Wrong => count with { Wrong = count.Wrong + 1 },
            Judgement.Missing => count with { Wrong = count.Wrong + 1, Missing = count.Missing + 1 },
            _ => count with { Unanswered = count.Unanswered + 1 },
        };
    }

    public AccuracySummary Build()
    {
        var all = _byAgent.Values.Aggregate(default(Count), (sum, count) => new(
            sum.Correct + count.Correct, sum.Wrong + count.Wrong, sum.Missing + count.Missing,
            sum.Unanswered + count.Unanswered));
        return new(all.Rows, all.Correct, all.Wrong, all.Missing, all.Unanswered, all.Score,
        [
            .. _byAgent.Where(agent => agent.Key.Length > 0).Select(agent => new AgentAccuracySummary(
                agent.Key, agent.Value.Rows, agent.Value.Correct, agent.Value.Wrong, agent.Value.Missing,
                agent.Value.Unanswered, agent.Value.Score)),
        ]);
    }

    private readonly record struct Count(long Correct, long Wrong, long Missing, long Unanswered)
    {
        public long Rows => Correct + Wrong + Unanswered;

        public double? Score => Correct + Wrong == 0 ? null : Math.Round((double)Correct / (Correct + Wrong), 6);
    }
}
