using WorkerFleet.Cli.Options;
using WorkerFleet.RabbitMq;

namespace WorkerFleet.Cli.Hosting;

/// <summary>Whether the batches of the data folder are driven by a fleet, which is where a broker is configured.</summary>
internal static class FleetMode
{
    public static bool IsFleet(CommonValues common) => RabbitMqOptionsReader.IsConfigured(common.Configuration);

    /// <exception cref="UserErrorException">There is no broker, or what is configured is wrong.</exception>
    public static RabbitMqOptions ReadBroker(CommonValues common)
    {
        if (!IsFleet(common))
            throw new UserErrorException(
                "There is no broker for the fleet to meet at: set Fleet:Broker in appsettings.json, or the variable " +
                "FLEET__BROKER, to its address, such as amqp://user:password@host:5672. " +
                "Without a broker, 'fleet run' runs a batch in one process");
        var problems = new List<string>();
        return RabbitMqOptionsReader.Read(common.Configuration, problems) ?? throw new UserErrorException(problems);
    }
}
