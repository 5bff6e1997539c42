using System.Text.Json;
using WorkerFleet.Access;
using WorkerFleet.Cli;
using WorkerFleet.Tests.Cli;

namespace WorkerFleet.Tests.Api.Access;

/// <summary>The commands that make, list and revoke keys, and the API that does not start without one.</summary>
public sealed class KeysCommandTests : IDisposable
{
    private readonly CliProcess _fleet = new();

    [Fact]
    public async Task Create_Key_IsPrintedOnceAndListedWithoutItsSecret()
    {
        var exitCode = await _fleet.RunAsync(
            "keys", "create", "--owner", "ada", "--scopes", "operate,read", "--name", "nightly", "--expires", "90d");

        Assert.Equal(ExitCodes.Success, exitCode);
        var key = ApiKeyText.Parse(_fleet.Output.Trim());
        Assert.NotNull(key);
        await _fleet.RunAsync("keys", "list", "--json");
        Assert.DoesNotContain(key.Secret, _fleet.Output, StringComparison.Ordinal);
        var listed = JsonDocument.Parse(_fleet.Output).RootElement[0];
        Assert.Equal(key.Id, listed.GetProperty("id").GetString());
        Assert.Equal("ada", listed.GetProperty("owner").GetString());
        var scopes = listed.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString());
        Assert.Equal(["read", "operate"], scopes);
        Assert.Equal(
            TimeSpan.FromDays(90),
            listed.GetProperty("expires_at").GetDateTimeOffset()
                - listed.GetProperty("created_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task Create_AllThatIsWrong_IsToldAtOnce()
    {
        var exitCode = await _fleet.RunAsync("keys", "create", "--scopes", "reed", "--expires", "soon");

        Assert.Equal(ExitCodes.BadInput, exitCode);
        Assert.Equal(3, _fleet.Problems.Count);
        Assert.Contains("--all-owners", _fleet.Problems[0], StringComparison.Ordinal);
        Assert.Contains("'reed' is not one of read, submit, operate", _fleet.Problems[1], StringComparison.Ordinal);
        Assert.Contains("--expires", _fleet.Problems[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_OneOwnerAndAll_IsRefused()
    {
        Assert.Equal(
            ExitCodes.BadInput,
            await _fleet.RunAsync("keys", "create", "--owner", "ada", "--all-owners", "--scopes", "read"));
        Assert.Single(_fleet.Problems);
    }

    [Fact]
    public async Task Revoke_WholeKey_IsRevokedByItsId()
    {
        await _fleet.RunAsync("keys", "create", "--all-owners", "--scopes", "read");
        var key = _fleet.Output.Trim();

        var exitCode = await _fleet.RunAsync("keys", "revoke", key);

        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.DoesNotContain(key, _fleet.Output + _fleet.Error, StringComparison.Ordinal);
        await _fleet.RunAsync("keys", "list", "--json");
        Assert.Equal("revoked", JsonDocument.Parse(_fleet.Output).RootElement[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task Revoke_UnknownId_SaysWhereToLook()
    {
        await _fleet.RunAsync("keys", "create", "--all-owners", "--scopes", "read");

        Assert.Equal(ExitCodes.BadInput, await _fleet.RunAsync("keys", "revoke", "nobody"));

        Assert.Contains("keys list", Assert.Single(_fleet.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_OfKey_IsAuditedAtEveryLogLevel()
    {
        await _fleet.RunAsync("keys", "create", "--all-owners", "--scopes", "read", "--log-level", "error");

        Assert.Contains("audit: key.create ", _fleet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_ReachableFromElsewhereWithoutKey_DoesNotStart()
    {
        _fleet.Environment["FLEET__API__HOST"] = "*";

        var exitCode = await _fleet.RunAsync("api", "--port", "0");

        Assert.Equal(ExitCodes.BadInput, exitCode);
        Assert.Contains("fleet keys create", Assert.Single(_fleet.Problems), StringComparison.Ordinal);
    }

    public void Dispose() => _fleet.Dispose();
}
