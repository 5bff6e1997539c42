using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class LeaseHolderTests
{
    private const string Name = "aggregate/1";

    /// <summary>Well below the ten seconds of a lease, so that a renewal can fail and still be made up for.</summary>
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(3);

    private readonly ManualTime _time = new();
    private readonly CountedLeases _leases = new();
    private readonly WorkerIdentity _worker = new();
    private readonly LeaseHolder _holder;

    public LeaseHolderTests() => _holder = new(_leases, _worker, _time, NullLogger<LeaseHolder>.Instance);

    [Fact]
    public async Task TryTake_FreeLease_IsHeldUntilTheWorkIsDone()
    {
        var lease = await _holder.TryTakeAsync(Name, CancellationToken.None);

        Assert.NotNull(lease);
        Assert.Equal(_worker.Id, _leases.Holder);
        await lease.DisposeAsync();
        Assert.Null(_leases.Holder);
    }

    [Fact]
    public async Task TryTake_LeaseOfAnother_IsNotHad()
    {
        _leases.Holder = "another";

        Assert.Null(await _holder.TryTakeAsync(Name, CancellationToken.None));
        Assert.Equal("another", _leases.Holder);
    }

    [Fact]
    public async Task Held_WorkThatTakesLong_IsRenewedWellBeforeItRunsOut()
    {
        await using var lease = await _holder.TryTakeAsync(Name, CancellationToken.None);

        for (var renewals = 1; renewals <= 10; renewals++)
        {
            await AdvanceToNextRenewalAsync();
            Assert.True(_leases.Until - _time.GetUtcNow() > TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public async Task Held_StoreOutOfReachForAMoment_IsRenewedAgain()
    {
        await using var lease = await _holder.TryTakeAsync(Name, CancellationToken.None);
        _leases.IsOutOfReach = true;
        await AdvanceToNextRenewalAsync();
        _leases.IsOutOfReach = false;
        var before = _leases.Until;

        await AdvanceToNextRenewalAsync();

        Assert.True(_leases.Until > before);
    }

    [Fact]
    public async Task Held_LostToAnother_LeavesItToThat()
    {
        var lease = await _holder.TryTakeAsync(Name, CancellationToken.None);
        _leases.Holder = "another";
        await AdvanceToNextRenewalAsync();

        await lease!.DisposeAsync();

        Assert.Equal("another", _leases.Holder);
    }

    [Fact]
    public async Task Dispose_Done_RenewsNoMore()
    {
        await (await _holder.TryTakeAsync(Name, CancellationToken.None))!.DisposeAsync();
        var tries = _leases.Tries;

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(tries, _leases.Tries);
    }

    [Fact]
    public async Task Dispose_StoreOutOfReach_DoesNotSpoilTheWorkThatIsDone()
    {
        var lease = await _holder.TryTakeAsync(Name, CancellationToken.None);
        _leases.IsOutOfReach = true;

        await lease!.DisposeAsync();

        Assert.Equal(_worker.Id, _leases.Holder);
    }

    private async Task AdvanceToNextRenewalAsync()
    {
        var tries = _leases.Tries;
        // The timer is there: the loop has run up to its first wait when the lease was taken, and waits anew when it has asked.
        _time.Advance(LongestInterval);
        await Eventually.IsTrueAsync(() => _leases.Tries > tries);
    }

    /// <summary>One lease, which counts how often it was asked for.</summary>
    private sealed class CountedLeases : ILeases
    {
        private int _tries;

        public string? Holder { get; set; }

        public DateTimeOffset Until { get; private set; }

        public bool IsOutOfReach { get; set; }

        public int Tries => Volatile.Read(ref _tries);

        public Task<bool> TryTakeAsync(
            string name, string holder, DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken)
        {
            Assert.Equal(Name, name);
            try
            {
                ThrowIfOutOfReach();
                if (Holder is not null && Holder != holder)
                    return Task.FromResult(false);
                (Holder, Until) = (holder, now + duration);
                return Task.FromResult(true);
            }
            finally
            {
                // Last: whoever sees the count sees what came of it.
                Interlocked.Increment(ref _tries);
            }
        }

        public Task ReleaseAsync(string name, string holder, CancellationToken cancellationToken)
        {
            ThrowIfOutOfReach();
            if (Holder == holder)
                Holder = null;
            return Task.CompletedTask;
        }

        private void ThrowIfOutOfReach()
        {
            if (IsOutOfReach)
                throw new StoreException(StoreFault.NotWritable, "It is out of reach.");
        }
    }
}
