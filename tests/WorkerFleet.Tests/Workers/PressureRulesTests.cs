using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class PressureRulesTests
{
    private const long Limit = 512L * 1024 * 1024;
    private readonly PressureRules _rules = new(25);

    [Fact]
    public void Apply_MemoryHigh_RelievesFirstThenHalvesDownToOne()
    {
        Assert.True(Memory(0.91));
        Assert.Equal((25, null), (_rules.Capacity, _rules.Note));

        var capacities = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            Assert.False(Memory(0.91));
            capacities.Add(_rules.Capacity);
            if (i == 0)
                Assert.Equal("memory at 91 % of 512 MiB: takes 12 of 25 items at a time", _rules.Note);
        }

        Assert.Equal([12, 6, 3, 1, 1, 1], capacities);
    }

    [Fact]
    public void Apply_MemoryBetweenTheMarks_StaysAsItIs()
    {
        Memory(0.9);
        Memory(0.9);
        Memory(0.8);

        Assert.Equal(12, _rules.Capacity);
        Assert.Contains("takes 12 of 25", _rules.Note, StringComparison.Ordinal);
        Memory(0.5);
        Assert.Equal(15, _rules.Capacity);
        for (var i = 0; i < 4; i++)
            Memory(0.5);
        Assert.Equal((25, null), (_rules.Capacity, _rules.Note));
        Assert.True(Memory(0.9));
    }

    [Fact]
    public void Apply_BusyProcessorsWithTimersInTime_CostNothing()
    {
        for (var i = 0; i < 20; i++)
            Cpu(1, late: 100);

        Assert.Equal((25, null), (_rules.Capacity, _rules.Note));
    }

    [Fact]
    public void Apply_LateTimersOfAProcessThatIsNotBusy_CostNothing()
    {
        for (var i = 0; i < 20; i++)
            Cpu(0.5, late: 2_000);

        Assert.Equal(25, _rules.Capacity);
    }

    [Fact]
    public void Apply_BusyProcessorsWithLateTimers_CutsToHalfAndComesBack()
    {
        for (var i = 0; i < 4; i++)
            Cpu(0.95, late: 900);
        Assert.Equal(25, _rules.Capacity);

        Cpu(0.95, late: 900);
        Assert.Equal("processors at 95 %, timers 900 ms late: takes 22 of 25 items at a time", _rules.Note);
        for (var i = 0; i < 20; i++)
            Cpu(0.95, late: 900);
        Assert.Equal(13, _rules.Capacity);

        for (var i = 0; i < 20; i++)
            Cpu(0.2, late: 0);
        Assert.Equal((25, null), (_rules.Capacity, _rules.Note));
    }

    [Fact]
    public void Apply_ProcessorsShortAfterMemoryWas_DoesNotRaise()
    {
        for (var i = 0; i < 4; i++)
            Memory(0.9);
        Assert.Equal(3, _rules.Capacity);

        for (var i = 0; i < 6; i++)
            _rules.Apply(0.8, Limit, 0.95, TimeSpan.FromSeconds(1));

        Assert.Equal(3, _rules.Capacity);
    }

    private bool Memory(double share) => _rules.Apply(share, Limit, 0.1, TimeSpan.Zero);

    private void Cpu(double share, int late) => _rules.Apply(0.1, Limit, share, TimeSpan.FromMilliseconds(late));
}
