using System.CommandLine;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Messaging;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet orchestrator</c>, <c>fleet worker</c> and <c>fleet up</c>: the processes of a fleet.</summary>
internal sealed class FleetProcessCommand(CliContext cli, string name, FleetRoles roles)
{
    public const string ConcurrencyKey = "Fleet:Worker:Concurrency";
    public const int DefaultConcurrency = 25;

    private readonly Option<string?> _concurrency = OptionValues.Create(
        "--concurrency", "N",
        $"Items this process works on at the same time, 1 to 10,000. Default: {ConcurrencyKey}, or {DefaultConcurrency}.");

    private readonly Option<string?> _apiPort = OptionValues.Create(
        "--api-port", "PORT",
        $"Serve the HTTP API as well, on this port; 0 for a free one. Default: {ApiOptions.Section}:Port, or not at all.");

    private string Title => IsWhole ? "The fleet" : $"The {name}";

    private bool IsWhole => name == "up";

    public Command Create()
    {
        var command = new CliCommand(name, name switch
        {
            "orchestrator" => "Drive the batches of a fleet: dispatch, retries, results, repair.",
            "worker" => "Work on the items of a fleet.",
            _ => "Be a whole fleet: orchestrator and worker in one process.",
        })
        {
            Examples = roles == FleetRoles.Orchestrator ? [name]
                : IsWhole ? [name, $"{name} --concurrency 50 --api-port {ApiOptions.DefaultPort}"]
                : [name, $"{name} --concurrency 50"],
        };
        if (IsWhole)
            command.Add(_apiPort);
        if (roles.HasFlag(FleetRoles.Worker))
            command.Add(_concurrency);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var concurrency = roles.HasFlag(FleetRoles.Worker) ? ReadConcurrency(parsed, common) : 1;
        var api = IsWhole && (parsed.GetValue(_apiPort) is not null || ApiSettings.AreGiven(common.Configuration))
            ? ApiSettings.Read(parsed, _apiPort, common)
            : null;
        await using var app = FleetApp.OpenProcess(cli, common, roles, concurrency, api);
        if (api is not null)
            await ApiSettings.CheckAccessAsync(cli, app, api);
        var stop = cli.Stop.Requested;
        try
        {
            await app.StartAsync(stop);
            cli.Note($"{Title} is ready: broker {app.Get<BrokerChoice>().Display}, data {StoreChoice.Of(common).Place}" +
                (roles.HasFlag(FleetRoles.Worker) ? $", {concurrency} items at the same time" : "") +
                (api is null ? "" : $", API {app.Get<ApiAddress>().Of()}") + ". Ctrl-C stops it.");
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, app.Stopping);
            await Task.Delay(Timeout.InfiniteTimeSpan, cli.Time, either.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Before it is said: whoever reads it can count on it that nothing else is begun.
            var stopped = app.StopAsync();
            cli.Note($"Stopping: what is in flight finishes, within {app.DrainTime}; the rest " +
                "goes back to the broker. Ctrl-C again stops at once.");
            await stopped;
            if (app.GivenUp is { } givenUp)
                cli.Note(givenUp);
            cli.Note($"{Title} has stopped.");
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (app.Stopping.IsCancellationRequested)
        {
            // A part of it failed for good; it has said why.
        }
        catch (IOException exception) when (api is not null)
        {
            throw ApiSettings.PortProblem(api, exception);
        }
        catch (BrokerException exception)
        {
            throw new UserErrorException(exception.Message, ExitCodes.Failed);
        }

        throw new UserErrorException(
            "The process stopped by itself; --log-level information shows why. Nothing is lost: start it again",
            ExitCodes.Failed);
    }

    private int ReadConcurrency(ParseResult parsed, CommonValues common) =>
        ReadConcurrency(parsed, _concurrency, common);

    /// <exception cref="UserErrorException">What is written or configured is out of range.</exception>
    public static int ReadConcurrency(ParseResult parsed, Option<string?> option, CommonValues common)
    {
        if (parsed.GetValue(option) is not null || common.Configuration[ConcurrencyKey] is not { } configured)
            return parsed.Int(option, DefaultConcurrency, 1, 10_000);
        return int.TryParse(configured, out var number) && number is >= 1 and <= 10_000
            ? number
            : throw new UserErrorException($"{ConcurrencyKey}: '{configured}' is not a whole number from 1 to 10,000");
    }
}
