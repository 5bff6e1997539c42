using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Whether what is configured for every run, and of AWS, can be used.</summary>
internal sealed class ConfigurationCheck(CliContext cli, CommonValues common) : IDoctorCheck
{
    public string Id => "configuration";

    public string Name => "configuration";

    public TimeSpan Limit => TimeSpan.FromSeconds(5);

    public Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        AwsSettingsReader.Read(common.Configuration, problems);
        var defaults = FleetConfiguration.ReadDefaults(common.Configuration, problems);
        DefaultsCheck.Run(cli, defaults, problems);
        if (problems.Count == 0)
            findings.Pass($"{FleetConfiguration.FileName} and environment are in order");
        foreach (var problem in problems)
            findings.Add(DoctorCodes.ConfigurationInvalid, problem);
        return Task.CompletedTask;
    }
}
