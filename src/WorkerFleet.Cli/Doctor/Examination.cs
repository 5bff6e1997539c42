using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Doctor;

/// <summary>Makes checks one after the other. One thing that is broken, or does not answer, hides no other.</summary>
internal static class Examination
{
    /// <param name="checks">In their order.</param>
    /// <param name="request">Which of them to make.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<Finding>> RunAsync(
        IEnumerable<IDoctorCheck> checks, DoctorRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        var found = new List<Finding>();
        foreach (var check in checks)
        {
            if (request.Only.Count > 0 && !request.Only.Contains(check.Id))
                continue;
            var findings = new Findings(check.Id, check.Name);
            await RunAsync(check, findings, time, cancellationToken);
            found.AddRange(findings.All);
        }

        return found;
    }

    private static async Task RunAsync(
        IDoctorCheck check, Findings findings, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(check.Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // Also where it does not look at the token.
            await check.ExamineAsync(findings, either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            findings.Add(check.Late, limit.IsCancellationRequested
                ? $"what is asked does not answer within {Durations.Format(check.Limit)}"
                : "it was asked by an earlier check, and did not answer in time");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The boundary of a check: the others go on.
            findings.Add(DoctorCodes.CheckBroke, $"{exception.GetType().Name}: {exception.Message}");
        }
    }
}
