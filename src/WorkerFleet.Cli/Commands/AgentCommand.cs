using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using WorkerFleet.AgentCore.LocalAgent;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet agent</c>: serves an agent to try things out with.</summary>
internal sealed class AgentCommand(CliContext cli)
{
    private static readonly LocalAgentOptions Defaults = new();

    private readonly Option<string?> _behaviour = OptionValues.Create(
        "--behaviour", "NAME", "echo, slow, flaky, failing, streaming or async. Default: echo.");

    private readonly Option<string?> _port =
        OptionValues.Create("--port", "N", "TCP port on 127.0.0.1; 0 takes a free one. Default: 8080.");

    private readonly Option<string?> _latency = OptionValues.Create(
        "--latency", "DURATION", "How long each answer takes, at most 1h. Default: none; slow and async: 1s.");

    private readonly Option<string?> _failureRate = OptionValues.Create(
        "--failure-rate", "SHARE",
        "Flaky: share of the invocations that fail, such as 0.3 or 30%. Default: 0.3.");

    private readonly Option<string?> _seed =
        OptionValues.Create("--seed", "N", "Flaky: decides which ones fail. Default: 1.");

    private readonly Option<string?> _chunks =
        OptionValues.Create("--chunks", "N", "Streaming: events of an answer, 0 to 10,000. Default: 5.");

    private readonly Option<bool> _usage = OptionValues.CreateFlag(
        "--usage", "Tell with each answer how many tokens a model would have used.");

    public Command Create()
    {
        var command =
            new CliCommand("agent", "Serve a local agent of the AgentCore contract, for trying things out.")
        {
            Examples = ["agent", "agent --behaviour flaky --failure-rate 20% --latency 200ms --port 9000"],
        };
        foreach (var option in (Option[])[_behaviour, _port, _latency, _failureRate, _seed, _chunks, _usage])
            command.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var options = new LocalAgentOptions
        {
            Behaviour = ReadBehaviour(parsed.GetValue(_behaviour)),
            Port = parsed.Int(_port, Defaults.Port, 0, 65_535),
            Latency = parsed.Duration(_latency, TimeSpan.FromHours(1)),
            FailureRate = ReadShare(parsed.GetValue(_failureRate)),
            Seed = parsed.Int(_seed, Defaults.Seed, int.MinValue, int.MaxValue),
            Chunks = parsed.Int(_chunks, Defaults.Chunks, 0, 10_000),
            Usage = parsed.GetValue(_usage),
        };
        await using var agent = await StartAsync(options, cancellationToken);
        var address = agent.Address.ToString().TrimEnd('/');
        if (common.Json)
            cli.Raw.WriteLine($"{{\"url\":\"{address}\"}}");
        else
            cli.Out.MarkupLine($"Serving the [bold]{options.Behaviour.ToString().ToLowerInvariant()}[/] " +
                $"agent at [bold]{address}[/]; Ctrl-C ends it.");
        cli.Note(
            $"Use it: {cli.Program} run samples/addresses.csv --agent-url {address} --prompt \"{{{{name}}}}\"");
        cli.Raw.Flush();
        await Task.Delay(Timeout.InfiniteTimeSpan, cli.Time, cli.Stop.Requested)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCodes.Success;
    }

    private static async Task<LocalAgentHost> StartAsync(
        LocalAgentOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await LocalAgentHost.StartAsync(options, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new UserErrorException(
                $"--port: {options.Port} cannot be used ({exception.Message}); choose another, or 0 for " +
                    "any free one");
        }
    }

    private static LocalAgentBehaviour ReadBehaviour(string? text)
    {
        if (text is null)
            return Defaults.Behaviour;
        var names = Enum.GetNames<LocalAgentBehaviour>().Select(name => name.ToLowerInvariant()).ToList();
        var index = names.IndexOf(text.ToLowerInvariant());
        return index >= 0
            ? Enum.GetValues<LocalAgentBehaviour>()[index]
            : throw new UserErrorException($"--behaviour: '{text}' is not one of {string.Join(", ", names)}" +
                Suggestions.DidYouMean(text, names));
    }

    private static double ReadShare(string? text)
    {
        if (text is null)
            return Defaults.FailureRate;
        var isPercentage = text.EndsWith('%');
        var number = isPercentage ? text[..^1] : text;
        return double.TryParse(
            number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
            && (isPercentage ? share / 100 : share) is >= 0 and <= 1 and var value
            ? value
            : throw new UserErrorException(
                $"--failure-rate: '{text}' is not a share from 0 to 1, such as 0.3 or 30%");
    }
}
