using Microsoft.Extensions.Configuration;
using WorkerFleet.Aws;
using WorkerFleet.Cli;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Tests.Cli;

public sealed class EcsSettingsTests
{
    private const string Agent = "http://169.254.170.2/api/3f1a";

    [Theory]
    [InlineData(null, Agent, true)]
    [InlineData("auto", Agent, true)]
    [InlineData("Off", Agent, false)]
    [InlineData("off", "no address", false)]
    [InlineData(null, null, false)]
    [InlineData("auto", "", false)]
    public void Read_Protection_IsOnInEcsAlone(string? configured, string? variable, bool isOn)
    {
        var settings = Read(variable, (EcsSettings.ScaleInProtectionKey, configured));

        Assert.Equal(isOn ? new Uri(Agent) : null, settings.Agent);
    }

    [Fact]
    public void Read_Times_AreTaken()
    {
        var settings = Read(Agent, (EcsSettings.ProtectForKey, "48h"), (EcsSettings.ReleaseAfterKey, "5s"));

        Assert.Equal(
            (TimeSpan.FromHours(48), TimeSpan.FromSeconds(5)), (settings.ScaleIn.ProtectFor, settings.ScaleIn.ReleaseAfter));
    }

    [Fact]
    public void Read_AllWrong_TellsEachByItsKey()
    {
        var error = Assert.Throws<UserErrorException>(() => Read(
            "no address", ("Fleet:Ecs:Protection", "1"), (EcsSettings.ScaleInProtectionKey, "yes"),
            (EcsSettings.ProtectForKey, "49h"), (EcsSettings.ReleaseAfterKey, "2h")));

        Assert.Equal(
            [
                "Fleet:Ecs:Protection", "Fleet:Ecs:ScaleInProtection", "Fleet:Ecs:ProtectFor", "Fleet:Ecs:ReleaseAfter",
                EcsAgent.UriVariable,
            ],
            error.Problems.Select(problem => problem[..problem.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Fact]
    public void Read_KeptForLongerThanProtected_IsAProblem()
    {
        var error = Assert.Throws<UserErrorException>(() => Read(
            Agent, (EcsSettings.ProtectForKey, "1m"), (EcsSettings.ReleaseAfterKey, "2m")));

        Assert.Equal(["Fleet:Ecs:ReleaseAfter: 2m has to be less than Fleet:Ecs:ProtectFor, 1m"], error.Problems);
    }

    private static EcsSettings Read(string? agent, params (string Key, string? Value)[] configuration) => EcsSettings.Read(
        new ConfigurationBuilder()
            .AddInMemoryCollection(configuration.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)))
            .Build(),
        agent is null ? new Dictionary<string, string>() : new() { [EcsAgent.UriVariable] = agent });
}
