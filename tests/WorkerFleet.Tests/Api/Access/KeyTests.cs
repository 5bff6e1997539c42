using System.Net;
using WorkerFleet.Access;
using WorkerFleet.Api.Access;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Access;

/// <summary>The form of keys, how long they are remembered, and how wrong ones are counted.</summary>
public sealed class KeyTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Create_Key_IsReadBackAndMatchesOnlyItself()
    {
        var key = ApiKeyText.Create();

        var read = ApiKeyText.Parse(key.ToString());

        Assert.Equal(key, read);
        Assert.Equal(64, key.Secret.Length);
        Assert.True(key.IsOf(Stored(key)));
        Assert.False(ApiKeyText.Create().IsOf(Stored(key)));
        Assert.DoesNotContain(key.Secret, Stored(key).SecretHash, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("fleet_")]
    [InlineData("fleet_00000000000__000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("fleet_00000000000A_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("Fleet_000000000000_0000000000000000000000000000000000000000000000000000000000000000")]
    public void Parse_SomethingElse_GivesNone(string? text) => Assert.Null(ApiKeyText.Parse(text));

    [Fact]
    public async Task KeyRing_ManyAttempts_ReadsTheStoreOnceInAWhile()
    {
        var key = ApiKeyText.Create();
        var store = new CountedKeys([Stored(key)]);
        using var ring = new KeyRing(store, _time);

        for (var attempt = 0; attempt < 100; attempt++)
            Assert.Null(await ring.AuthenticateAsync(ApiKeyText.Create().ToString(), default));
        Assert.NotNull(await ring.AuthenticateAsync(key.ToString(), default));
        Assert.Equal(1, store.Reads);
        _time.Advance(KeyRing.LongestAge);
        store.Keys = [Stored(key) with { RevokedAt = _time.GetUtcNow() }];

        Assert.Null(await ring.AuthenticateAsync(key.ToString(), default));
        Assert.Equal(2, store.Reads);
    }

    [Fact]
    public async Task KeyRing_KeyExpiresMeanwhile_RefusesItAtOnce()
    {
        var key = ApiKeyText.Create();
        using var ring = new KeyRing(
            new CountedKeys([Stored(key) with { ExpiresAt = _time.GetUtcNow().AddSeconds(1) }]), _time);
        Assert.True(await ring.IsUsableAsync(default));

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(await ring.AuthenticateAsync(key.ToString(), default));
        Assert.False(await ring.IsUsableAsync(default));
    }

    [Fact]
    public void FailedAttempts_WindowIsOver_BeginAgain()
    {
        var failures = new FailedAttempts(_time);
        var address = IPAddress.Parse("203.0.113.7");
        for (var attempt = 0; attempt < FailedAttempts.MostInWindow; attempt++)
            Assert.Null(failures.Add(address));
        _time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(TimeSpan.FromSeconds(40), failures.Add(address));
        Assert.Null(failures.Add(IPAddress.Parse("203.0.113.8")));
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Null(failures.Add(address));
    }

    [Fact]
    public void FailedAttempts_FromOneNetworkOfIPv6_CountTogether()
    {
        var failures = new FailedAttempts(_time);
        for (var attempt = 0; attempt < FailedAttempts.MostInWindow; attempt++)
            failures.Add(IPAddress.Parse($"2001:db8::{attempt + 1:x}"));

        Assert.NotNull(failures.Add(IPAddress.Parse("2001:db8::ffff")));
        Assert.Null(failures.Add(IPAddress.Parse("2001:db8:0:1::1")));
    }

    private ApiKey Stored(ApiKeyText text) => new()
    {
        Id = text.Id,
        SecretHash = text.Hash,
        Scopes = ["read"],
        CreatedAt = _time.GetUtcNow(),
    };

    private sealed class CountedKeys(IReadOnlyList<ApiKey> keys) : IApiKeys
    {
        public IReadOnlyList<ApiKey> Keys { get; set; } = keys;

        public int Reads { get; private set; }

        public Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken)
        {
            Reads++;
            return Task.FromResult(Keys);
        }

        public Task<bool> AddAsync(ApiKey key, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<ApiKey?> FindAsync(string id, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<bool> RevokeAsync(string id, DateTimeOffset at, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task RemoveAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
