using System.Net;
using Microsoft.Extensions.Configuration;
using WorkerFleet.Cli;
using WorkerFleet.Cli.Health;

namespace WorkerFleet.Tests.Cli.Health;

public sealed class HealthOptionsTests
{
    [Theory]
    [InlineData(null, "127.0.0.1", "127.0.0.1")]
    [InlineData("localhost", "127.0.0.1", "127.0.0.1")]
    [InlineData("*", "0.0.0.0", "127.0.0.1")]
    [InlineData("::1", "::1", "::1")]
    [InlineData("10.1.2.3", "10.1.2.3", "10.1.2.3")]
    public void Read_Host_ListensThereAndIsProbedThere(string? host, string address, string probe)
    {
        var options = Read((HealthOptions.PortKey, "8080"), (HealthOptions.HostKey, host));

        Assert.Equal(8080, options.Port);
        Assert.Equal((IPAddress.Parse(address), IPAddress.Parse(probe)), (options.Address, options.ProbeAddress));
    }

    [Fact]
    public void Read_NothingSet_IsOff() => Assert.Null(Read().Port);

    [Fact]
    public void Read_AllWrong_TellsEachByItsKey()
    {
        var error = Assert.Throws<UserErrorException>(() => Read(
            (HealthOptions.PortKey, "80a"), (HealthOptions.HostKey, "nowhere"), ("Fleet:Health:Path", "/")));

        Assert.Equal(
            ["Fleet:Health:Path", "Fleet:Health:Port", "Fleet:Health:Host"],
            error.Problems.Select(problem => problem[..problem.IndexOf(": ", StringComparison.Ordinal)]));
    }

    private static HealthOptions Read(params (string Key, string? Value)[] configuration) =>
        HealthOptions.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(configuration.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)))
            .Build());
}
