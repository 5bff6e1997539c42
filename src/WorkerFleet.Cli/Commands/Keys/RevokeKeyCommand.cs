using System.CommandLine;
using WorkerFleet.Access;
using WorkerFleet.Api.Access;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands.Keys;

/// <summary><c>fleet keys revoke</c>.</summary>
internal sealed class RevokeKeyCommand(CliContext cli)
{
    private readonly Argument<string> _id = new("ID")
    {
        Description = "Id of the key, as 'keys list' shows it, or the key itself",
    };

    public Command Create()
    {
        var command = new CliCommand("revoke", "Take a key back for good; it stops working within seconds.")
        {
            Examples = ["keys revoke 3f9a1c77be20"],
        };
        command.Add(_id);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var written = parsed.GetValue(_id)!.Trim();
        // A key that was found somewhere is revoked as it is.
        var id = ApiKeyText.Parse(written)?.Id ?? written;
        var missing = new UserErrorException(
            $"There is no key '{SafeText.Line(id, 40)}'; {common.Command(cli, "keys list")} shows those there are");
        if (!StoreChoice.Of(common).MayHoldBatches)
            throw missing;
        await using var app = FleetApp.Open(cli, common);
        var keys = app.Get<IApiKeys>();
        var now = cli.Time.GetUtcNow();
        var done = await keys.RevokeAsync(id, now, cancellationToken);
        app.Get<AuditLog>().WriteCommand(Environment.UserName, "key.revoke", id, done ? "done" : "not-found");
        if (!done || await keys.FindAsync(id, cancellationToken) is not { } key)
            throw missing;
        if (common.Json)
            cli.WriteJson(ApiKeyJson.Of(key, now));
        else
            cli.Say($"Revoked {id}: it stops working within seconds.");
        return ExitCodes.Success;
    }
}
