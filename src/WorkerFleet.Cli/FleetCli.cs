using System.CommandLine;
using System.CommandLine.Invocation;
using WorkerFleet.Cli.Commands;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli;

/// <summary>Runs one command line.</summary>
internal static class FleetCli
{
    /// <returns>One of <see cref="ExitCodes"/>. Throws nothing.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliContext cli)
    {
        var verbose = false;
        try
        {
            // An @ at the beginning of a prompt is a prompt's, and -1s is a bad duration rather than two options.
            var parsed = FleetCommand.Create(cli).Parse(
                args,
                new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
            if (parsed.Action is ParseErrorAction
                || parsed.Action is not CommandHelp && UsageProblems.TakenForArguments(parsed).Count > 0)
            {
                ErrorReport.WriteProblems(cli, UsageProblems.Of(parsed));
                return ExitCodes.BadInput;
            }
            verbose = CommonOptions.IsVerbose(parsed);
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    // Signals are ours: the first one drains.
                    ProcessTerminationTimeout = null,
                    Output = cli.Raw,
                    Error = cli.Error.Profile.Out.Writer,
                });
        }
        catch (Exception exception)
        {
            return ErrorReport.Write(cli, exception, verbose);
        }
    }
}
