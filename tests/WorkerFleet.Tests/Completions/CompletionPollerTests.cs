using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Completions;
using WorkerFleet.Journal;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Completions;

public sealed class CompletionPollerTests : IAsyncLifetime, IDisposable
{
    private readonly ManualTime _time = new();
    private readonly InMemoryBatchStore _batches = new();
    private readonly CountingLeases _leases = new();
    private readonly EmptyFeed _feed = new();
    private readonly BatchDirectory _directory;
    private readonly CompletionPoller _poller;

    public CompletionPollerTests()
    {
        _directory = new(_batches, StorePace.Metered, _time, NullLogger<BatchDirectory>.Instance);
        _poller = new(
            [_feed], new(_directory, new NoJournal(), new InMemorySchedule(), _time), _batches, _leases, new WorkerIdentity(),
            StorePace.Metered, _time, NullLogger<CompletionPoller>.Instance);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _poller.StopAsync(CancellationToken.None);

    public void Dispose()
    {
        _poller.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Look_WhereNoBatchHasAgentsInTheBackground_IsNotMade()
    {
        _batches.Add(Batch(waiting: 0));
        await _poller.StartAsync(CancellationToken.None);

        await AdvanceUntilAsync(() => _leases.Tries >= 10);
        Assert.Equal(0, _feed.Reads);

        _batches.Add(Batch(waiting: 100));
        await AdvanceUntilAsync(() => _feed.Reads >= 2);
    }

    [Fact]
    public async Task Look_WhileABatchWaits_IsMadeEachSecondAndTheLeaseRenewedEachThird()
    {
        _batches.Add(Batch(waiting: 100));
        await _poller.StartAsync(CancellationToken.None);
        for (var looks = 1; looks <= 30; looks++)
        {
            // Two events are looked for each time.
            await Eventually.IsTrueAsync(() => _feed.Reads == 2 * looks);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(_leases.Tries, 8, 14);
    }

    private async Task AdvanceUntilAsync(Func<bool> condition) => await Eventually.IsTrueAsync(() =>
    {
        if (!condition())
            _time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    });

    private static BatchState Batch(int waiting) => new()
    {
        CorrelationId = Guid.CreateVersion7(),
        CurrentState = BatchStatus.Processing,
        Spec = new() { Limits = new() { Waiting = waiting } },
    };

    private sealed class CountingLeases : ILeases
    {
        public int Tries { get; private set; }

        public Task<bool> TryTakeAsync(
            string name, string holder, DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken)
        {
            Tries++;
            return Task.FromResult(true);
        }

        public Task ReleaseAsync(string name, string holder, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Nothing is taken in here.</summary>
    private sealed class NoJournal : IJournal
    {
        public Task<bool> AppendAsync(JournalEvent journalEvent, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task<IReadOnlyList<JournalEvent>> ReadAsync(
            string sessionId, int limit, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<JournalEvent>>([]);
    }

    private sealed class EmptyFeed : ICompletionFeed
    {
        public int Reads { get; private set; }

        public async IAsyncEnumerable<AgentEvent> ReadAsync(
            string status, DateTimeOffset from, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Reads++;
            await Task.CompletedTask;
            yield break;
        }

        public Task<AgentEvent?> FindAsync(string session, CancellationToken cancellationToken) =>
            Task.FromResult<AgentEvent?>(null);
    }
}
