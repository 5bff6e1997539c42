using System.CommandLine;
using Spectre.Console;
using WorkerFleet.Access;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands.Keys;

/// <summary><c>fleet keys list</c>.</summary>
internal sealed class ListKeysCommand(CliContext cli)
{
    public Command Create()
    {
        var command = new CliCommand("list", "List the keys there are, and what each allows.")
        {
            Examples = ["keys list", "keys list --json"],
        };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        IReadOnlyList<ApiKey> keys = [];
        if (StoreChoice.Of(common).MayHoldBatches)
        {
            await using var app = FleetApp.Open(cli, common);
            keys = await app.Get<IApiKeys>().ListAsync(cancellationToken);
        }

        keys = [.. keys.OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal)];
        var now = cli.Time.GetUtcNow();
        if (common.Json)
            cli.WriteJson(keys.Select(key => ApiKeyJson.Of(key, now)));
        else if (keys.Count == 0)
            cli.Say("There are no API keys. To make one: " +
                common.Command(cli, "keys create --all-owners --scopes read"));
        else
            Write(keys, now);
        return ExitCodes.Success;
    }

    private void Write(IReadOnlyList<ApiKey> keys, DateTimeOffset now)
    {
        var table = Tables.Create(cli, "id", "name", "owner", "scopes", "status", "created", "ends");
        foreach (var key in keys)
        {
            var status = ApiKeyJson.StatusOf(key, now);
            table.AddRow(
                key.Id,
                SafeMarkup.Escape(SafeText.Line(key.Name, 40)),
                SafeMarkup.Escape(key.Owner is { } owner ? SafeText.Line(owner, 40) : "(all)"),
                string.Join(',', key.Scopes),
                status == ApiKeyJson.Usable ? $"[green]{status}[/]" : $"[grey]{status}[/]",
                Figures.Instant(key.CreatedAt),
                key.EndsAt is { } end ? Figures.Instant(end) : "never");
        }

        cli.Out.Write(table);
    }
}
