using System.CommandLine;
using WorkerFleet.Access;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Remote;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet watch</c>.</summary>
internal sealed class WatchCommand(CliContext cli)
{
    private const string KeyVariable = "FLEET_API_KEY";

    private readonly Argument<string?> _batch = BatchArgument.Create();

    private readonly Option<string?> _server = OptionValues.Create(
        "--server", "URL", "Follow it over the API at this address, and not over the store.");

    private readonly Option<string?> _key = OptionValues.Create(
        "--key", "KEY", $"API key for --server. Default: the variable {KeyVariable}, where others do not see it.");

    public Command Create()
    {
        var command =
            new CliCommand("watch", "Follow a batch to its end, from any terminal; exits as its run does.")
        {
            Examples = ["watch", "watch 0197a3c2-51f0", "watch --server https://fleet.example.com"],
        };
        command.Add(_batch);
        command.Add(_server);
        command.Add(_key);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        if (parsed.GetValue(_server) is { } server)
            return await WatchServerAsync(parsed, common, server);
        if (parsed.GetValue(_key) is not null)
            throw new UserErrorException($"{_key.Name}: is for {_server.Name}; the store needs none");
        await using var app = FleetApp.Open(cli, common);
        var progress = await BatchArgument.ResolveAsync(app, parsed.GetValue(_batch), cancellationToken);
        var driver = new BatchDriver(cli, common, app);
        if (!progress.Driven && !BatchFollower.IsFinal(progress))
            cli.Note("Nobody drives this batch now, so that it stands still: " +
                common.Command(cli, $"resume {Figures.ShortId(progress.Batch.CorrelationId)}"));
        return await driver.FollowToEndAsync(progress.Batch.CorrelationId);
    }

    private async Task<int> WatchServerAsync(ParseResult parsed, CommonValues common, string written)
    {
        if (!Uri.TryCreate(written.EndsWith('/') ? written : $"{written}/", UriKind.Absolute, out var server)
            || server.Scheme is not ("http" or "https") || server.UserInfo.Length > 0)
            throw new UserErrorException(
                $"{_server.Name}: '{written}' is not an address such as https://fleet.example.com");
        var key = parsed.GetValue(_key) ?? cli.Environment.GetValueOrDefault(KeyVariable);
        if (key is { Length: 0 })
            key = null;
        if (key is not null && ApiKeyText.Parse(key.Trim()) is null)
            throw new UserErrorException(
                $"{_key.Name}, {KeyVariable}: is not an API key; one looks like fleet_1234…_5678…");
        // Streams have no end; what is silent for too long is noticed by the feed.
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        return await new RemoteWatch(cli, common, new RemoteFeed(http, server, key?.Trim(), cli.Time, cli.Note), server)
            .RunAsync(parsed.GetValue(_batch));
    }
}
