using Microsoft.Extensions.Configuration;
using WorkerFleet.Aws;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Options;

/// <summary>Section <c>Fleet:Ecs</c>: what a worker that runs in a task of ECS asks of its agent.</summary>
internal sealed record EcsSettings
{
    public const string Section = "Fleet:Ecs";
    public const string ScaleInProtectionKey = $"{Section}:ScaleInProtection";
    public const string ProtectForKey = $"{Section}:ProtectFor";
    public const string ReleaseAfterKey = $"{Section}:ReleaseAfter";

    private const string Auto = "auto";
    private const string Off = "off";

    private static readonly string[] Keys = ["ScaleInProtection", "ProtectFor", "ReleaseAfter"];
    private static readonly TimeSpan ShortestProtection = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestProtection = TimeSpan.FromMinutes(EcsAgent.MaxProtectionMinutes);
    private static readonly TimeSpan ShortestRelease = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRelease = TimeSpan.FromHours(1);

    /// <summary>Null outside of ECS, and where it is switched off.</summary>
    public Uri? Agent { get; private init; }

    public ScaleInOptions ScaleIn { get; private init; } = new();

    /// <param name="configuration">All of it.</param>
    /// <param name="environment">Where ECS says how its agent is reached.</param>
    /// <exception cref="UserErrorException">The configuration is wrong; all of what is wrong with it.</exception>
    public static EcsSettings Read(IConfiguration configuration, IReadOnlyDictionary<string, string> environment)
    {
        var section = configuration.GetSection(Section);
        var problems = section.GetChildren()
            .Where(child => !Keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => $"{child.Path}: there is no such key{Suggestions.DidYouMean(child.Key, Keys)}; " +
                $"there are {string.Join(", ", Keys)}")
            .ToList();
        var isOn = section["ScaleInProtection"] switch
        {
            null or "" => true,
            var text when text.Equals(Auto, StringComparison.OrdinalIgnoreCase) => true,
            var text when text.Equals(Off, StringComparison.OrdinalIgnoreCase) => false,
            var text => Complain(
                problems, $"{ScaleInProtectionKey}: '{text}' is not {Auto} (in ECS alone) or {Off}", true),
        };
        var usual = new ScaleInOptions();
        var options = new ScaleInOptions
        {
            ProtectFor = ReadDuration(
                section["ProtectFor"], ProtectForKey, ShortestProtection, LongestProtection, usual.ProtectFor, problems),
            ReleaseAfter = ReadDuration(
                section["ReleaseAfter"], ReleaseAfterKey, ShortestRelease, LongestRelease, usual.ReleaseAfter, problems),
        };
        if (options.ReleaseAfter >= options.ProtectFor)
            problems.Add($"{ReleaseAfterKey}: {Durations.Format(options.ReleaseAfter)} has to be less than " +
                $"{ProtectForKey}, {Durations.Format(options.ProtectFor)}");
        var agent = isOn ? ReadAgent(environment, problems) : null;
        return problems.Count == 0
            ? new EcsSettings { Agent = agent, ScaleIn = options }
            : throw new UserErrorException(problems);
    }

    private static Uri? ReadAgent(IReadOnlyDictionary<string, string> environment, List<string> problems)
    {
        if (environment.GetValueOrDefault(EcsAgent.UriVariable) is not { Length: > 0 } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var agent)
            && agent.Scheme is "http" or "https" && agent.Query.Length == 0)
            return agent;
        return Complain<Uri?>(
            problems, $"{EcsAgent.UriVariable}: is not an address, which ECS sets; outside of ECS unset it, or set " +
                $"{ScaleInProtectionKey} to {Off}", null);
    }

    private static TimeSpan ReadDuration(
        string? text, string key, TimeSpan least, TimeSpan most, TimeSpan usual, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(text))
            return usual;
        return Durations.TryParse(text, out var duration) && duration >= least && duration <= most
            ? duration
            : Complain(
                problems, $"{key}: '{text}' is not a duration from {Durations.Format(least)} to " +
                    $"{Durations.Format(most)}, such as {Durations.Format(usual)}", usual);
    }

    private static T Complain<T>(List<string> problems, string problem, T instead)
    {
        problems.Add(problem);
        return instead;
    }
}
