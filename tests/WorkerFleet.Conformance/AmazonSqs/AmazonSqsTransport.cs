using Amazon.Runtime;
using MassTransit;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Conformance.Emulators;
using WorkerFleet.Conformance.Transports;

namespace WorkerFleet.Conformance.AmazonSqs;

/// <summary>The transport on the emulator that all tests share.</summary>
internal sealed class AmazonSqsTransport : ITransportFixture
{
    /// <summary>Of all endpoints, in seconds; null for what each says itself.</summary>
    public int? VisibilityTimeout { get; init; }

    /// <summary>Instead of one that reaches the emulator.</summary>
    public ISqsClient? Client { get; init; }

    public Func<Task> Register(
        IBusRegistrationConfigurator registration, Action<IBusRegistrationContext, IBusFactoryConfigurator> configure)
    {
        var calls = Client as InterceptedSqs ?? new InterceptedSqs(Client ?? CreateClient());
        registration.UsingAmazonSqs((context, configurator) =>
        {
            configurator.Host("eu-central-1", host => host.Client(() => calls));
            configurator.ConnectEndpointConfigurationObserver(new ShortTimes(VisibilityTimeout));
            configure(context, configurator);
        });
        return () =>
        {
            calls.Before = (_, _) => Task.FromException(new SqsException(
                "The process is gone.", null, ErrorType.Unknown, SqsException.ConnectionFailed, "", 0));
            return Task.CompletedTask;
        };
    }

    public static InterceptedSqs Create() => new(CreateClient());

    public static SqsClient CreateClient()
    {
        var emulator = SqsEmulator.StartAsync().GetAwaiter().GetResult();
        return new SqsClient(
            new BasicAWSCredentials("test", "test"),
            new SqsClientOptions { Region = "eu-central-1", ServiceUrl = emulator.Endpoint }, TimeProvider.System);
    }

    private sealed class ShortTimes(int? visibilityTimeout) : IEndpointConfigurationObserver
    {
        public void EndpointConfigured<T>(T configurator)
            where T : IReceiveEndpointConfigurator
        {
            if (configurator is not IAmazonSqsReceiveEndpointConfigurator sqs)
                return;
            sqs.WaitTimeSeconds = 1;
            // Called after the endpoint has been configured, which this overrides.
            if (visibilityTimeout is { } seconds)
                sqs.VisibilityTimeout = seconds;
        }
    }
}
