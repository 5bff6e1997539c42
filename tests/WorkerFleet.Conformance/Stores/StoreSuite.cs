using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every suite has: a fresh store, opened once.</summary>
public abstract class StoreSuite : IAsyncLifetime
{
    private IStoreFixture? _fixture;

    /// <summary>Milliseconds are what every store keeps of an instant.</summary>
    protected static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, 123, TimeSpan.Zero);

    protected static CancellationToken Token => CancellationToken.None;

    protected IServiceProvider Store { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _fixture = await CreateFixtureAsync();
        Store = OpenAgain();
    }

    public async Task DisposeAsync()
    {
        if (_fixture is not null)
            await _fixture.DisposeAsync();
    }

    protected abstract Task<IStoreFixture> CreateFixtureAsync();

    /// <summary>The same store, as another process sees it.</summary>
    protected IServiceProvider OpenAgain() => _fixture!.Open();

    protected T Get<T>()
        where T : notnull => Store.GetRequiredService<T>();
}
