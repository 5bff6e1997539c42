using System.CommandLine;
using Microsoft.Extensions.Configuration;
using WorkerFleet.Access;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Commands;

/// <summary>Where a command serves the API, and what can be wrong with that.</summary>
internal static class ApiSettings
{
    /// <summary>Whether a port is configured.</summary>
    public static bool AreGiven(IConfiguration configuration) => configuration[$"{ApiOptions.Section}:Port"] is { Length: > 0 };

    /// <exception cref="UserErrorException">What is configured is wrong: all of it.</exception>
    public static ApiOptions Read(ParseResult parsed, Option<string?> port, CommonValues common)
    {
        var problems = new List<string>();
        var options = ApiOptionsReader.Read(common.Configuration, problems);
        options = options with { Port = parsed.Int(port, options.Port, 0, 65_535) };
        return problems.Count == 0 ? options : throw new UserErrorException(problems);
    }

    /// <exception cref="UserErrorException">It can be reached from elsewhere, and there is no key.</exception>
    public static async Task CheckAccessAsync(CliContext cli, FleetApp app, ApiOptions options)
    {
        var problem = await ApiAccess.ProblemOfAsync(
            options, app.Get<IApiKeys>(), cli.Time.GetUtcNow(), cli.Program, cli.Stop.Requested);
        if (problem is not null)
            throw new UserErrorException(problem);
    }

    public static UserErrorException PortProblem(ApiOptions options, IOException exception) => new(
        $"{ApiOptions.Section}:Port: {options.Address}:{options.Port} cannot be used ({exception.Message}); choose another port",
        ExitCodes.Failed);
}
