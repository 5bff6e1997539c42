using System.CommandLine;
using WorkerFleet.Access;
using WorkerFleet.Api.Access;
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
        var problems = new List<string>();
        var options = ApiOptionsReader.Read(common.Configuration, problems);
        options = options with { Port = parsed.Int(_port, options.Port, 0, 65_535) };
        if (problems.Count > 0)
            throw new UserErrorException(problems);
        await using var app = FleetApp.OpenApi(cli, common, options);
        var stop = cli.Stop.Requested;
        var problem = await ApiAccess.ProblemOfAsync(
            options, app.Get<IApiKeys>(), cli.Time.GetUtcNow(), cli.Program, stop);
        if (problem is not null)
            throw new UserErrorException(problem);
        try
        {
            await app.StartAsync(stop);
            cli.Note($"The API is ready: {app.Get<ApiAddress>().Of()}, data {StoreChoice.Of(common).Place}. Ctrl-C stops it.");
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, app.Stopping);
            await Task.Delay(Timeout.InfiniteTimeSpan, cli.Time, either.Token);
        }
        catch (IOException exception)
        {
            throw new UserErrorException(
                $"{ApiOptions.Section}:Port: {options.Address}:{options.Port} cannot be used ({exception.Message}); choose another port",
                ExitCodes.Failed);
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
