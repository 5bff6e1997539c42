using System.Globalization;
using Amazon.Runtime;
using Spectre.Console;
using WorkerFleet.Agents;
using WorkerFleet.Aws;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Results;
using WorkerFleet.Storage;

namespace WorkerFleet.Cli;

/// <summary>The one place that turns what went wrong into lines for a person and an exit code.</summary>
internal static class ErrorReport
{
    /// <param name="cli">The process.</param>
    /// <param name="exception">What went wrong.</param>
    /// <param name="verbose">Whether to show where it comes from.</param>
    public static int Write(CliContext cli, Exception exception, bool verbose)
    {
        if (verbose && exception is not UserErrorException)
            cli.Error.Profile.Out.Writer.WriteLine(exception);
        switch (exception)
        {
            case OperationCanceledException when cli.Stop.Requested.IsCancellationRequested:
                return ExitCodes.Interrupted;
            case UserErrorException user:
                WriteProblems(cli, user.Problems);
                return user.ExitCode;
            case AgentConfigurationException agents:
                WriteProblems(cli, agents.Problems);
                return ExitCodes.BadInput;
            case ExportException or StoreException or IOException or UnauthorizedAccessException:
                WriteProblems(cli, [exception.Message]);
                return ExitCodes.Failed;
            case AmazonServiceException or AmazonClientException:
                WriteProblems(cli, [$"AWS: {AwsProblems.Describe(exception)}"]);
                return ExitCodes.Failed;
            default:
                WriteProblems(cli, [$"Something unexpected went wrong: {exception.Message} " +
                    $"({exception.GetType().Name}). This is a mistake in fleet{WhereToLook(cli, exception, verbose)}."]);
                return ExitCodes.Failed;
        }
    }

    public static void WriteProblems(CliContext cli, IReadOnlyList<string> problems)
    {
        foreach (var problem in problems)
            if (cli.Log is { } log)
                log.Write("error", SafeText.Line(problem, 2_000));
            else if (cli.Error.Profile.Capabilities.ColorSystem == ColorSystem.NoColors)
                // Written as it is: a message is one line, however long, so that it can be searched for.
                cli.Error.Profile.Out.Writer.WriteLine($"error: {SafeText.Line(problem, 2_000)}");
            else
                cli.Error.MarkupLine($"[red]error:[/] {SafeMarkup.Escape(SafeText.Line(problem, 2_000))}");
    }

    /// <summary>Keeps the details in a file, since a terminal is no place for them.</summary>
    private static string WhereToLook(CliContext cli, Exception exception, bool verbose)
    {
        if (verbose)
            return "";
        try
        {
            var stamp = cli.Time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
            var path =
                Path.Combine(Path.GetTempPath(), $"fleet-error-{stamp}-{System.Environment.ProcessId}.txt");
            File.WriteAllText(path, exception.ToString());
            return $"; the details are in {path}";
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return "; --verbose shows the details";
        }
    }
}
