using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.AmazonSqs.Fleet;
using WorkerFleet.Cli.Options;
using WorkerFleet.Messaging;
using WorkerFleet.RabbitMq;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Hosting;

/// <summary>The broker that the processes of a fleet meet at, and all that commands have to know of which one it is.</summary>
internal sealed class BrokerChoice
{
    public const string TransportKey = "Fleet:Transport";

    private static readonly string[] Transports = ["RabbitMq", "AmazonSqs"];

    private readonly RabbitMqOptions? _rabbitMq;

    private BrokerChoice(RabbitMqOptions? rabbitMq, AmazonSqsOptions? amazonSqs) =>
        (_rabbitMq, AmazonSqs) = (rabbitMq, amazonSqs);

    /// <summary>Null when it is another one.</summary>
    public AmazonSqsOptions? AmazonSqs { get; }

    /// <summary>For people.</summary>
    public string Display => AmazonSqs?.Display ?? _rabbitMq!.Display;

    /// <summary>Whether there is one, so that the batches of the store are a fleet's.</summary>
    /// <exception cref="UserErrorException">There is no such transport.</exception>
    public static bool IsConfigured(CommonValues common) =>
        IsAmazonSqs(common) || RabbitMqOptionsReader.IsConfigured(common.Configuration);

    /// <exception cref="UserErrorException">There is none, or what is configured is wrong: all of it.</exception>
    public static BrokerChoice Of(CommonValues common)
    {
        if (!IsConfigured(common))
            throw new UserErrorException(
                "There is no broker for the fleet to meet at: set Fleet:Broker in appsettings.json, or the variable " +
                "FLEET__BROKER, to its address, such as amqp://user:password@host:5672; or Fleet:Transport to AmazonSqs. " +
                "Without a broker, 'fleet run' runs a batch in one process");
        var problems = new List<string>();
        var choice = IsAmazonSqs(common)
            ? new BrokerChoice(null, AmazonSqsOptionsReader.Read(common.Configuration, problems))
            : new BrokerChoice(RabbitMqOptionsReader.Read(common.Configuration, problems), null);
        return problems.Count == 0 ? choice : throw new UserErrorException(problems);
    }

    public void AddTo(IServiceCollection services, FleetRoles roles, WorkerOptions worker)
    {
        if (AmazonSqs is not null)
            services.AddAmazonSqsFleet(AmazonSqs, roles, worker);
        else
            services.AddRabbitMqFleet(_rabbitMq!, roles, worker);
    }

    /// <summary>Looks at the broker, for the doctor.</summary>
    public IBrokerInspector CreateInspector(TimeProvider time) =>
        AmazonSqs is null ? new RabbitMqInspector(_rabbitMq!) : new AmazonSqsInspector(AmazonSqs, time);

    private static bool IsAmazonSqs(CommonValues common)
    {
        if (common.Configuration[TransportKey] is not { Length: > 0 } name)
            return false;
        if (!Transports.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw new UserErrorException(
                $"{TransportKey}: '{name}' is not one of {string.Join(", ", Transports)}" +
                Suggestions.DidYouMean(name, Transports));
        return name.Equals(Transports[1], StringComparison.OrdinalIgnoreCase);
    }
}
