using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Reads what configuration sets for every run, as a run would.</summary>
internal static class DefaultsCheck
{
    public static void Run(CliContext cli, SettingsLayer defaults, List<string> problems)
    {
        // A run's own problems (it has no source here) are not the configuration's.
        var found = new List<string>();
        new RunRequestReader(cli, [defaults], found).Read();
        problems.AddRange(found.Where(
            problem => problem.StartsWith(RunSetting.DefaultsSection, StringComparison.OrdinalIgnoreCase)));
    }
}
