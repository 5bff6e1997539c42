using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Cli.Options;
using WorkerFleet.Messaging;
using WorkerFleet.S3;

namespace WorkerFleet.Cli.Hosting;

/// <summary>The places that results go to, without a store.</summary>
internal static class OutputsOnly
{
    public static ServiceProvider Create(CliContext cli, CommonValues common)
    {
        var services = new ServiceCollection();
        services.AddSingleton(cli.Time);
        services.AddS3(StoreChoice.Of(common).Settings.S3);
        services.AddFleet();
        return services.BuildServiceProvider();
    }
}
