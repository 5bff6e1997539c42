using WorkerFleet.Items;
using WorkerFleet.Results;

namespace WorkerFleet.Planning;

/// <summary>What the calls of a sample say of an agent.</summary>
public static class SampleProfile
{
    /// <summary>A quota that lets next to nothing through is no share of calls any more.</summary>
    private const double MostThrottled = 0.95;

    /// <returns>Null when no call ran, so that nothing is known.</returns>
    public static CallProfile? Of(IReadOnlyCollection<SampleCall> calls)
    {
        var throttled = calls.Where(call => call.Failure is { Kind: FailureKind.Throttled }).ToList();
        var ran = calls.Where(call => call.Failure is not { Kind: FailureKind.Throttled }).ToList();
        if (ran.Count == 0)
            return null;
        var succeeded = ran.Where(call => call.Failure is null).ToList();
        var refused = ran.Count(call => call.Failure is { Retryable: false });
        var asking = throttled
            .Where(call => call.Failure is { RetryAfterForAll: true, RetryAfter: not null })
            .Select(call => call.Failure!.RetryAfter!.Value).ToList();
        return new()
        {
            Latency = LatencyProfile.Of([.. ran.Select(call => call.Duration)]),
            FailureRate = Share(ran.Count - succeeded.Count - refused, ran.Count - refused),
            RefusedRate = Share(refused, ran.Count),
            ThrottledRate = Math.Min(MostThrottled, Share(throttled.Count, calls.Count)),
            RetryAfter = asking.Count == 0 ? null : asking.Max(),
            RetryAfterRate = Share(asking.Count, throttled.Count),
            OutputBytes = succeeded.Count == 0 ? null : succeeded.Average(call => call.OutputBytes),
            MeasuredCalls = ran.Count,
        };
    }

    /// <summary>What calls used on average, as far as the agent tells.</summary>
    public static CallCost CostOf(IReadOnlyCollection<SampleCall> calls)
    {
        var ran = calls.Where(call => call.Failure is not { Kind: FailureKind.Throttled }).ToList();
        // What an agent says of its costs counts in place of any price.
        if (ran.Any(call => call.ToldUsd is not null))
            return new() { UsdPerCall = ran.Average(call => (double)(call.ToldUsd ?? 0)) };
        return ran.All(call => call.Usage.Tokens == 0) ? new() : new()
        {
            InputTokens = ran.Average(call => call.Usage.InputTokens),
            OutputTokens = ran.Average(call => call.Usage.OutputTokens),
        };
    }

    /// <summary>Why rows of the sample failed, grouped by cause, the most frequent first.</summary>
    public static IReadOnlyList<ErrorGroupSummary> Causes(IEnumerable<SampleCall> calls)
    {
        var groups = new ErrorGroups();
        foreach (var failure in calls.Select(call => call.Failure).OfType<ItemFailure>())
            groups.Add(failure);
        return groups.ToList();
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
