using WorkerFleet.Access;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What every store of API keys does.</summary>
public abstract class ApiKeyConformance : StoreSuite
{
    private IApiKeys Keys => Get<IApiKeys>();

    [Fact]
    public async Task Add_KeyWithAllFields_IsFoundEverywhereWithThem()
    {
        var key = Key("a1") with { Name = "nächtlich", Owner = "ada", ExpiresAt = Noon.AddDays(90) };

        Assert.True(await Keys.AddAsync(key, Token));

        AssertSame(key, await Elsewhere().FindAsync("a1", Token));
    }

    [Fact]
    public async Task Add_KeyOfAllOwnersThatNeverExpires_KeepsItSo()
    {
        await Keys.AddAsync(Key("a1"), Token);

        var found = await Keys.FindAsync("a1", Token);

        Assert.Equal((null, null, null), (found!.Owner, found.ExpiresAt, found.RevokedAt));
        Assert.Equal("", found.Name);
    }

    [Fact]
    public async Task Add_IdThatThereIs_IsRefusedAndChangesNothing()
    {
        await Keys.AddAsync(Key("a1") with { Owner = "ada" }, Token);

        Assert.False(await Keys.AddAsync(Key("a1") with { Owner = "bob" }, Token));

        Assert.Equal("ada", (await Keys.FindAsync("a1", Token))!.Owner);
    }

    [Fact]
    public async Task Add_KeyThatIsRevoked_KeepsWhen()
    {
        await Keys.AddAsync(Key("a1") with { RevokedAt = Noon }, Token);

        Assert.Equal(Noon, (await Keys.FindAsync("a1", Token))!.RevokedAt);
    }

    [Fact]
    public async Task Find_UnknownId_GivesNone() => Assert.Null(await Keys.FindAsync("nobody", Token));

    [Fact]
    public async Task List_SeveralKeys_GivesAllOfThemById()
    {
        foreach (var id in (string[])["c3", "a1", "b2"])
            await Keys.AddAsync(Key(id), Token);
        await Keys.RevokeAsync("b2", Noon, Token);

        var keys = await Keys.ListAsync(Token);

        Assert.Equal(["a1", "b2", "c3"], keys.Select(key => key.Id));
        Assert.Equal([null, Noon, null], keys.Select(key => key.RevokedAt));
    }

    [Fact]
    public async Task List_NoKeys_IsEmpty() => Assert.Empty(await Keys.ListAsync(Token));

    [Fact]
    public async Task Revoke_KeyTwice_KeepsTheFirstTimeAndTheRest()
    {
        await Keys.AddAsync(Key("a1") with { Owner = "ada" }, Token);

        Assert.True(await Keys.RevokeAsync("a1", Noon.AddHours(1), Token));
        Assert.True(await Keys.RevokeAsync("a1", Noon.AddHours(2), Token));

        AssertSame(
            Key("a1") with { Owner = "ada", RevokedAt = Noon.AddHours(1) }, await Elsewhere().FindAsync("a1", Token));
    }

    [Fact]
    public async Task Revoke_UnknownId_SaysSoAndMakesNone()
    {
        Assert.False(await Keys.RevokeAsync("a1", Noon, Token));

        Assert.Empty(await Keys.ListAsync(Token));
    }

    [Fact]
    public async Task Remove_Key_LeavesTheOthersAndCanBeRepeated()
    {
        await Keys.AddAsync(Key("a1"), Token);
        await Keys.AddAsync(Key("b2"), Token);

        await Keys.RemoveAsync("a1", Token);
        await Keys.RemoveAsync("a1", Token);

        Assert.Equal("b2", Assert.Single(await Keys.ListAsync(Token)).Id);
    }

    private IApiKeys Elsewhere() => (IApiKeys)OpenAgain().GetService(typeof(IApiKeys))!;

    private static void AssertSame(ApiKey expected, ApiKey? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Scopes, actual.Scopes);
        Assert.Equal(expected, actual with { Scopes = expected.Scopes });
    }

    private static ApiKey Key(string id) => new()
    {
        Id = id,
        SecretHash = new string('e', 64),
        Scopes = ["read", "operate"],
        CreatedAt = Noon,
    };
}
