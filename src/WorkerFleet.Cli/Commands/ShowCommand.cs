using System.CommandLine;
using WorkerFleet.Api.Items;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet show</c>: everything about one row. Also <c>fleet dead-letters show</c>.</summary>
internal sealed class ShowCommand(CliContext cli, string path = "show")
{
    private readonly Argument<string> _item = new("ITEM")
    {
        Description = $"The row: {ItemReference.Meaning}",
    };

    private readonly Option<string?> _batch = BatchArgument.CreateOption();

    public Command Create()
    {
        var command = new CliCommand("show", "Show one row: its outcome, and its journal as a timeline.")
        {
            Examples = [$"{path} 17", $"{path} A-1042 --batch 0197a3c2-51f0"],
        };
        command.Add(_item);
        command.Add(_batch);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        await using var app = FleetApp.Open(cli, common);
        var batch = (await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken)).Batch;
        var index =
            await ItemReference.ResolveAsync(app, batch, parsed.GetRequiredValue(_item), cancellationToken);
        var item = await app.Get<ItemReader>().ReadAsync(batch, index, cancellationToken);
        if (common.Json)
            cli.WriteJson(item);
        else
            ItemText.Write(cli, common, item);
        return ExitCodes.Success;
    }
}
