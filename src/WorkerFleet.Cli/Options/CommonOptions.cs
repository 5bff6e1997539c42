using System.CommandLine;

namespace WorkerFleet.Cli.Options;

/// <summary>Options of every command.</summary>
internal static class CommonOptions
{
    public const string DefaultDataFolder = ".fleet";

    private const string Data = "--data";
    private const string Json = "--json";
    private const string LogLevel = "--log-level";
    private const string Verbose = "--verbose";

    public static IReadOnlyList<Option> Create() =>
    [
        new Option<string?>(Data)
        {
            HelpName = "DIR",
            Description =
                "Folder of the embedded store. Default: .fleet here, or Fleet:Data of the configuration.",
            Recursive = true,
        },
        new Option<bool>(Json)
        {
            Description = "Write JSON, for scripts; everything else goes to standard error.",
            Recursive = true,
            Arity = ArgumentArity.Zero,
        },
        new Option<string?>(LogLevel)
        {
            HelpName = "LEVEL",
            Description = "Log to standard error from this level on: debug, information, warning, error. " +
                "Default: warning.",
            Recursive = true,
        },
        new Option<bool>(Verbose)
        {
            Description = "Log everything, and show where errors come from.",
            Recursive = true,
            Arity = ArgumentArity.Zero,
        },
    ];

    /// <exception cref="UserErrorException">A value is wrong.</exception>
    public static CommonValues Read(ParseResult parsed, CliContext cli)
    {
        var argument = parsed.GetValue<string?>(Data);
        if (argument is not null && string.IsNullOrWhiteSpace(argument))
            throw new UserErrorException($"{Data}: is empty; name a folder");
        var written = argument ?? FleetConfiguration.Build(cli)[FleetConfiguration.DataKey];
        var folder = cli.FullPath(string.IsNullOrWhiteSpace(written) ? DefaultDataFolder : written);
        return new CommonValues(
            folder, argument, parsed.GetValue<bool>(Json),
            LogLevels.Parse(parsed.GetValue<string?>(LogLevel), IsVerbose(parsed)),
            FleetConfiguration.Build(cli, folder));
    }

    public static bool IsVerbose(ParseResult parsed) => parsed.GetValue<bool>(Verbose);
}
