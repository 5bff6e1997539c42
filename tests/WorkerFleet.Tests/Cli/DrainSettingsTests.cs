using Microsoft.Extensions.Configuration;
using WorkerFleet.Cli;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Tests.Cli;

public sealed class DrainSettingsTests
{
    [Theory]
    [InlineData(null, 30)]
    [InlineData("0s", 0)]
    [InlineData("5m", 300)]
    [InlineData("1h", 3600)]
    public void Read_Good_IsTheTimeThatRowsInFlightGet(string? text, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), DrainSettings.Read(Of(text)).Timeout);

    [Theory]
    [InlineData("soon")]
    [InlineData("-1s")]
    [InlineData("61m")]
    public void Read_Bad_SaysWhatIsTaken(string text)
    {
        var problem = Assert.Throws<UserErrorException>(() => DrainSettings.Read(Of(text)));

        Assert.Equal($"Fleet:DrainTimeout: '{text}' is not a duration from 0s to 1h, such as 5m", problem.Message);
    }

    private static IConfiguration Of(string? text) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?> { ["Fleet:DrainTimeout"] = text }).Build();
}
