using System.CommandLine;
using System.Globalization;
using WorkerFleet.Cli.Health;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet health</c>: probes the fleet's process on this machine, for containers that hold no other tool.</summary>
internal sealed class HealthCommand(CliContext cli)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Characters of the answer that are shown.</summary>
    private const int MaxAnswer = 4_000;

    private readonly Argument<string> _probe = new("PROBE")
    {
        Description = $"{string.Join(", ", HealthTags.All)}. Default: {HealthTags.Live}.",
        DefaultValueFactory = _ => HealthTags.Live,
    };

    private readonly Option<string?> _port = OptionValues.Create(
        "--port", "N", $"TCP port of the process. Default: {HealthOptions.PortKey} of the configuration.");

    public Command Create()
    {
        var command = new CliCommand("health", "Ask a process of the fleet on this machine how it is.")
        {
            Examples = ["health", "health ready --port 8080"],
        };
        command.Add(_probe);
        command.Add(_port);
        command.SetAction(RunAsync);
        return command;
    }

    /// <returns>1 when it is not well or does not answer, as a container's health check wants it.</returns>
    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var options = HealthOptions.Read(common.Configuration);
        var probe = parsed.GetValue(_probe)!.ToLowerInvariant();
        if (!HealthTags.All.Contains(probe))
            throw new UserErrorException($"PROBE: '{probe}' is not one of {string.Join(", ", HealthTags.All)}");
        var port = parsed.Int(_port, options.Port ?? 0, 0, 65_535);
        if (port == 0)
            throw new UserErrorException(
                $"There is no port to ask: name it with --port, or set {HealthOptions.PortKey} for both the process and this");
        var url = new UriBuilder("http", options.ProbeAddress.ToString(), port, $"/health/{probe}").Uri;
        try
        {
            // What is on this machine is reached without a proxy, whatever the environment says of one.
            using var handler = new SocketsHttpHandler { UseProxy = false };
            using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
            using var patience = new CancellationTokenSource(Patience, cli.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cli.Stop.Requested);
            using var response = await client.GetAsync(url, either.Token);
            var body = await response.Content.ReadAsStringAsync(either.Token);
            cli.Raw.WriteLine(SafeText.Line(body, MaxAnswer));
            return response.IsSuccessStatusCode ? ExitCodes.Success : ExitCodes.NotWell;
        }
        catch (Exception exception) when (
            exception is HttpRequestException or TaskCanceledException && !cli.Stop.Requested.IsCancellationRequested)
        {
            var reason = exception is TaskCanceledException
                ? string.Create(CultureInfo.InvariantCulture, $"no answer within {Patience.TotalSeconds} s")
                : SafeText.Line(exception.Message);
            ErrorReport.WriteProblems(cli, [$"Nothing answers at {url}: {reason}"]);
            return ExitCodes.NotWell;
        }
    }
}
