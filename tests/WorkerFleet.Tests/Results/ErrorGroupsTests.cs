using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Results;

namespace WorkerFleet.Tests.Results;

public sealed class ErrorGroupsTests
{
    [Fact]
    public void Add_SameCause_CountsAsOneGroupNamedAsDeadLettersNameIt()
    {
        var groups = new ErrorGroups();
        foreach (var row in Enumerable.Range(0, 5))
            groups.Add(Failure($"Row {row} broke."));
        groups.Add(Failure("Refused."));

        var listed = groups.ToList();

        Assert.Equal([5L, 1L], listed.Select(group => group.Count));
        Assert.Equal(FailureGroup.IdOf(Failure("Row 77 broke.")), listed[0].Group);
        Assert.Equal("Row 0 broke.", listed[0].Message);
    }

    [Fact]
    public void ToList_MoreCausesThanFit_GathersTheRestAndKeepsTheSum()
    {
        var groups = new ErrorGroups();
        for (var i = 0; i < 3_000; i++)
            groups.Add(Failure($"Cause {Letters(i)}."));
        for (var i = 0; i < 50; i++)
            groups.Add(Failure($"Cause {Letters(0)}."));

        var listed = groups.ToList();

        Assert.Equal(101, listed.Count);
        Assert.Equal(51, listed[0].Count);
        Assert.Equal((ErrorGroups.Other, (FailureKind?)null), (listed[^1].Group, listed[^1].Kind));
        Assert.Equal(3_050, listed.Sum(group => group.Count));
    }

    private static ItemFailure Failure(string message) => new(FailureKind.AgentError, message, Retryable: true);

    private static string Letters(int number) =>
        string.Concat(number.ToString("D5").Select(digit => (char)(digit - '0' + 'a')));
}
