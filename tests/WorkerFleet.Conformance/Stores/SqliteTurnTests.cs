using WorkerFleet.Sqlite.Database;

namespace WorkerFleet.Conformance.Stores;

/// <summary>The order in which processes write.</summary>
public sealed class SqliteTurnTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("fleet-turn-").FullName;
    private readonly WriteTurn _first;
    private readonly WriteTurn _second;

    public SqliteTurnTests()
    {
        // Nobody is to go out of turn here because the machine is busy.
        _first = new WriteTurn(_folder, Patience);
        _second = new WriteTurn(_folder, Patience);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Enter_AgainWhileAnotherIsNext_LetsThatOneGoFirst()
    {
        for (var round = 0; round < 20; round++)
        {
            var order = new List<int>();
            _first.Enter();
            var waiting = Enter(_second, order, 2);
            WaitUntilNext();

            _first.Leave();
            var again = Enter(_first, order, 1);
            await Task.WhenAll(waiting, again).WaitAsync(Patience);

            Assert.Equal([2, 1], order);
        }
    }

    [Fact]
    public async Task Enter_WhenTheOneBeforeDies_GetsTheTurn()
    {
        var order = new List<int>();
        _first.Enter();
        var waiting = Enter(_second, order, 2);
        WaitUntilNext();

        // Closing its files is what the system does for a process that is killed.
        _first.Dispose();

        await waiting.WaitAsync(Patience);
        using var third = new WriteTurn(_folder, Patience);
        await Enter(third, order, 3).WaitAsync(Patience);
        Assert.Equal([2, 3], order);
    }

    [Fact]
    public void AddPages_OfSeveralProcesses_AddsThemUp()
    {
        _first.Enter();
        Assert.Equal(3, _first.AddPages(3));
        _first.Leave();
        _second.Enter();
        Assert.Equal(10, _second.AddPages(7));
        _second.SetPages(0);
        _second.Leave();
        Assert.Equal(1, _first.AddPages(1));
    }

    private static Task Enter(WriteTurn turn, List<int> order, int number) => Task.Factory.StartNew(
        () =>
        {
            turn.Enter();
            // Nobody else is inside; so the list needs no lock.
            order.Add(number);
            turn.Leave();
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void WaitUntilNext() => Assert.True(SpinWait.SpinUntil(
        () =>
        {
            try
            {
                using var probe = new FileStream(
                    Path.Combine(_folder, "locks", "next.turn"), FileMode.Open, FileAccess.Read, FileShare.Read);
                return false;
            }
            catch (IOException)
            {
                return true;
            }
        },
        Patience));
}
