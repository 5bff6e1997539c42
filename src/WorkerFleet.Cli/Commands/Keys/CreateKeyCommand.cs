using System.CommandLine;
using WorkerFleet.Access;
using WorkerFleet.Api.Access;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands.Keys;

/// <summary><c>fleet keys create</c>: the only time a key is shown.</summary>
internal sealed class CreateKeyCommand(CliContext cli)
{
    /// <summary>Keys that ended so long ago make room for new ones.</summary>
    private static readonly TimeSpan EndedKeptFor = TimeSpan.FromDays(90);

    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(3_650);

    private readonly Option<string?> _owner = OptionValues.Create(
        "--owner", "WHO", "Only for the batches of this owner, whom submitted ones belong to.");

    private readonly Option<bool> _allOwners =
        OptionValues.CreateFlag("--all-owners", "For the batches of all owners.");

    private readonly Option<string?> _scopes = OptionValues.Create(
        "--scopes", "SCOPES", $"What it allows, separated by commas: {string.Join(", ", Scopes.All)}.");

    private readonly Option<string?> _name =
        OptionValues.Create("--name", "TEXT", "What it is for, for lists and logs.");

    private readonly Option<string?> _expires = OptionValues.Create(
        "--expires", "DURATION", "How long it is good for, such as 12h or 90d. Default: until it is revoked.");

    public Command Create()
    {
        var command = new CliCommand("create", "Make a key, and print it: it is not kept, and cannot be shown again.")
        {
            Examples =
            [
                "keys create --owner ada --scopes read,submit,operate --expires 90d",
                "keys create --all-owners --scopes read --name wallboard",
            ],
        };
        foreach (var option in (Option[])[_owner, _allOwners, _scopes, _name, _expires])
            command.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var (text, key) = Read(parsed);
        if (StoreChoice.Of(common).ProblemOfWriting() is { } problem)
            throw new UserErrorException(problem);
        await using var app = FleetApp.OpenToSubmit(cli, common);
        var keys = app.Get<IApiKeys>();
        await MakeRoomAsync(keys, cancellationToken);
        if (!await keys.AddAsync(key, cancellationToken))
            throw new UserErrorException(
                $"There is a key {key.Id} already, by a rare chance; try again", ExitCodes.Failed);
        app.Get<AuditLog>().WriteCommand(Environment.UserName, "key.create", key.Id, "done");
        if (common.Json)
            cli.WriteJson(ApiKeyJson.Of(key, cli.Time.GetUtcNow()) with { Key = text.ToString() });
        else
            cli.Raw.WriteLine(text);
        var revoke = common.Command(cli, $"keys revoke {key.Id}");
        cli.Note($"Keep this key, it is not shown again. To take it back: {revoke}");
        return ExitCodes.Success;
    }

    private (ApiKeyText Text, ApiKey Key) Read(ParseResult parsed)
    {
        var problems = new List<string>();
        var (owner, name) = (parsed.GetValue(_owner)?.Trim(), parsed.GetValue(_name)?.Trim() ?? "");
        if (parsed.GetValue(_allOwners) == owner is not null)
            problems.Add($"{_owner.Name}: give this or {_allOwners.Name}: whose batches the key is for");
        foreach (var (option, value) in new[] { (_owner, owner), (_name, name) })
            if (value is { Length: > ApiKey.MaxNameLength } || value?.Any(char.IsControl) == true
                || (option == _owner && value is { Length: 0 }))
                problems.Add($"{option.Name}: is 1 to {ApiKey.MaxNameLength} characters, without control characters");
        var scopes = ScopesOf(parsed.GetValue(_scopes), problems);
        var now = cli.Time.GetUtcNow();
        TimeSpan? life = null;
        try
        {
            life = parsed.Duration(_expires, LongestLife);
            if (life <= TimeSpan.Zero)
                problems.Add($"{_expires.Name}: is longer than nothing");
        }
        catch (UserErrorException exception)
        {
            problems.AddRange(exception.Problems);
        }

        if (problems.Count > 0)
            throw new UserErrorException(problems);
        var text = ApiKeyText.Create();
        return (text, new ApiKey
        {
            Id = text.Id,
            SecretHash = text.Hash,
            Name = name,
            Owner = owner,
            Scopes = scopes,
            CreatedAt = now,
            ExpiresAt = now + life,
        });
    }

    private IReadOnlyList<string> ScopesOf(string? text, List<string> problems)
    {
        var written = text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (written.Length == 0)
            problems.Add($"{_scopes.Name}: is missing: what the key allows, any of {string.Join(", ", Scopes.All)}");
        foreach (var unknown in written.Except(Scopes.All))
            problems.Add(
                $"{_scopes.Name}: '{unknown}' is not one of {string.Join(", ", Scopes.All)}" +
                Suggestions.DidYouMean(unknown, Scopes.All));
        return [.. Scopes.All.Intersect(written)];
    }

    private async Task MakeRoomAsync(IApiKeys keys, CancellationToken cancellationToken)
    {
        var all = await keys.ListAsync(cancellationToken);
        var old = all.Where(key => !key.IsUsable(cli.Time.GetUtcNow() - EndedKeptFor)).ToList();
        foreach (var key in old)
            await keys.RemoveAsync(key.Id, cancellationToken);
        if (all.Count - old.Count >= IApiKeys.Max)
            throw new UserErrorException(
                $"There are {IApiKeys.Max} keys, which is all there can be; those that were revoked make room after " +
                Durations.Format(EndedKeptFor));
    }
}
