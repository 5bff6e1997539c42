using System.CommandLine;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet api</c>: serves the HTTP API and the dashboard.</summary>
internal sealed class ApiCommand(CliContext cli)
{
    private readonly Option<string?> _port = OptionValues.Create(
        "--port", "PORT", $"Port to listen on; 0 for a free one. Default: Fleet:Api:Port, or {ApiOptions.DefaultPort}.");

    public Command Create()
    {
        var command = new CliCommand("api", "Serve the HTTP API: watch, submit and control batches from elsewhere.")
        {
            Examples = ["api", "api --port 8080"],
        };
        command.Add(_port);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var options = ApiSettings.Read(parsed, _port, common);
        await using var app = FleetApp.OpenApi(cli, common, options);
        var stop = cli.Stop.Requested;
        await ApiSettings.CheckAccessAsync(cli, app, options);
        try
        {
            await app.StartAsync(stop);
            cli.Note($"The API is ready: {app.Get<ApiAddress>().Of()}, data {StoreChoice.Of(common).Place}. Ctrl-C stops it.");
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, app.Stopping);
            await Task.Delay(Timeout.InfiniteTimeSpan, cli.Time, either.Token);
        }
        catch (IOException exception)
        {
            throw ApiSettings.PortProblem(options, exception);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await app.StopAsync();
            cli.Note("The API has stopped.");
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (app.Stopping.IsCancellationRequested)
        {
            // A part of it failed for good; it has said why.
        }

        throw new UserErrorException("The API stopped by itself; --log-level information shows why", ExitCodes.Failed);
    }
}
