using System.CommandLine;
using System.Text.Json;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Cli.Commands.DeadLetters;

/// <summary><c>fleet dead-letters export</c>: JSON Lines, however many there are.</summary>
internal sealed class ExportDeadLettersCommand(CliContext cli)
{
    private const int PageSize = 500;

    private readonly Argument<string?> _batch = BatchArgument.Create();

    private readonly Option<string?> _group =
        OptionValues.Create("--group", "GROUP", "Only those with this cause.");

    private readonly Option<string?> _output =
        OptionValues.Create("--output", "FILE", "File to write. Default: standard output.");

    public Command Create()
    {
        var command = new CliCommand("export", "Write rows that failed for good as JSON Lines.")
        {
            Examples =
            [
                "dead-letters export --output failed.jsonl",
                "dead-letters export 0197a3c2-51f0 --group 3f9a1c77be | jq .failure.message",
            ],
        };
        command.Add(_batch);
        command.Add(_group);
        command.Add(_output);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        await using var app = FleetApp.Open(cli, common);
        var batch = (await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken)).Batch;
        var query = new DeadLetterQuery(
            batch.CorrelationId, parsed.GetValue(_group), DeadLetterState.Open, Limit: PageSize);
        if (parsed.GetValue(_output) is not { } path)
        {
            await WriteAsync(app, query, cli.Raw, cli.Stop.Requested);
            return ExitCodes.Success;
        }
        var full = cli.FullPath(path);
        if (Directory.Exists(full))
            throw new UserErrorException($"--output {path}: is a folder; name a file");
        if (FolderAccess.ProblemOf(Path.GetDirectoryName(full) ?? full) is { } problem)
            throw new UserErrorException($"--output {path}: {problem}");
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        long count;
        await using (var writer = new StreamWriter(full))
            count = await WriteAsync(app, query, writer, cli.Stop.Requested);
        cli.Note($"Wrote {Figures.Count(count, "row")} to {path}.");
        return ExitCodes.Success;
    }

    private static async Task<long> WriteAsync(
        FleetApp app, DeadLetterQuery query, TextWriter writer, CancellationToken cancellationToken)
    {
        long count = 0;
        while (true)
        {
            var page = await app.Get<IDeadLetters>().ReadAsync(query, cancellationToken);
            foreach (var letter in page)
                await writer.WriteLineAsync(
                    JsonSerializer.Serialize(letter, CliJson.LineOptions).AsMemory(), cancellationToken);
            count += page.Count;
            if (page.Count < PageSize)
                return count;
            query = query with { AfterIndex = page[^1].Index };
        }
    }
}
