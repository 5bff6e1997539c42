using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.AmazonSqs.Receiving;
using WorkerFleet.AmazonSqs.Sending;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.AmazonSqs.Configuration;

internal sealed class SqsReceiveEndpointConfiguration
    : ReceiveEndpointConfiguration, IAmazonSqsReceiveEndpointConfigurator
{
    private readonly SqsHostConfiguration _host;
    private readonly QueueSettings _queue;
    private readonly SqsQueueConfigurator _queueConfigurator;
    private readonly ReceiveSettings _receive;
    private readonly Lazy<Uri> _inputAddress;

    public SqsReceiveEndpointConfiguration(
        SqsHostConfiguration host, QueueSettings queue, SqsEndpointConfiguration endpoint)
        : base(host, endpoint)
    {
        _host = host;
        _queue = queue;
        _queueConfigurator = new SqsQueueConfigurator(queue);
        _receive = new ReceiveSettings(queue);
        _inputAddress = new(() =>
            SqsAddress.OfQueue(host.HostAddress, queue.Name, queue.Durable, queue.AutoDelete).Uri);
    }

    public override Uri HostAddress => _host.HostAddress;

    public override Uri InputAddress => _inputAddress.Value;

    public IDictionary<string, object> QueueAttributes => _queue.Attributes;

    public IDictionary<string, string> QueueTags => _queue.Tags;

    public bool Durable
    {
        set
        {
            _queue.Durable = value;
            Changed(nameof(Durable));
        }
    }

    public bool AutoDelete
    {
        set
        {
            _queue.AutoDelete = value;
            Changed(nameof(AutoDelete));
        }
    }

    public bool PurgeOnStartup
    {
        set => _receive.PurgeOnStartup = value;
    }

    public ushort WaitTimeSeconds
    {
        set => _receive.WaitTimeSeconds = value;
    }

    public TimeSpan ReceivePause
    {
        set => _receive.ReceivePause = value;
    }

    public int VisibilityTimeout
    {
        set => _receive.VisibilityTimeout = value;
    }

    public int MaxVisibilityTimeout
    {
        set => _receive.MaxVisibilityTimeout = value;
    }

    public int RedeliverVisibilityTimeout
    {
        set => _receive.RedeliverVisibilityTimeout = value;
    }

    public void RedrivePolicy(string deadLetterQueueName, int maxReceiveCount) =>
        _queueConfigurator.RedrivePolicy(deadLetterQueueName, maxReceiveCount);

    public override ReceiveEndpointContext CreateReceiveEndpointContext() => CreateContext();

    public void Build(SqsHost host)
    {
        var context = CreateContext();
        var endpoint = new ReceiveEndpoint(new SqsReceiveTransport(_host, context, _receive), context);
        host.AddReceiveEndpoint(_queue.Name, endpoint);
        ReceiveEndpoint = endpoint;
    }

    public override IEnumerable<ValidationResult> Validate()
    {
        if (SqsQueueNames.ProblemOf(_queue.Name) is { } problem)
            yield return this.Failure(_queue.Name, problem);
        else if (ErrorQueueName.Length > SqsQueueNames.MaxLength || SkippedQueueName.Length > SqsQueueNames.MaxLength)
            yield return this.Warning(
                _queue.Name,
                $"leaves no room for {SkippedQueueName}: what cannot be handled is delivered again and again");
        if (PrefetchCount < 1)
            yield return this.Failure(_queue.Name, "PrefetchCount has to be at least 1");
        if (_receive.WaitTimeSeconds > SqsLimits.MaxWaitSeconds)
            yield return this.Failure(_queue.Name, $"WaitTimeSeconds has to be from 0 to {SqsLimits.MaxWaitSeconds}");
        foreach (var (name, seconds, min) in new[]
        {
            (nameof(VisibilityTimeout), _receive.VisibilityTimeout, ReceiveSettings.MinVisibilityTimeout),
            (nameof(MaxVisibilityTimeout), _receive.MaxVisibilityTimeout, _receive.VisibilityTimeout),
            (nameof(RedeliverVisibilityTimeout), _receive.RedeliverVisibilityTimeout, 0),
        })
            if (seconds < min || seconds > SqsLimits.MaxVisibilitySeconds)
                yield return this.Failure(
                    _queue.Name, $"{name} is {seconds}; it has to be from {min} to {SqsLimits.MaxVisibilitySeconds}");
        if (_receive.ReceivePause < TimeSpan.Zero || _receive.ReceivePause > TimeSpan.FromSeconds(1))
            yield return this.Failure(_queue.Name, $"ReceivePause is {_receive.ReceivePause}; it has to be from 0 to 1 s");
        if (_receive.PurgeOnStartup)
            yield return this.Warning(_queue.Name, "what is in the queue is deleted when the endpoint starts");
        foreach (var result in base.Validate())
            yield return result.WithParentKey(_queue.Name);
    }

    protected override bool IsAlreadyConfigured() => _inputAddress.IsValueCreated || base.IsAlreadyConfigured();

    private string ErrorQueueName => Topology.Send.ErrorQueueNameFormatter.FormatErrorQueueName(_queue.Name);

    private string SkippedQueueName =>
        Topology.Send.DeadLetterQueueNameFormatter.FormatDeadLetterQueueName(_queue.Name);

    private SqsReceiveEndpointContext CreateContext()
    {
        _host.Queues.Add(_queue.Beside(ErrorQueueName));
        _host.Queues.Add(_queue.Beside(SkippedQueueName));
        ApplySpecifications(new SqsReceiveEndpointBuilder(this, _host.Bindings, _queue));
        var context = new SqsReceiveEndpointContext(_host, this);
        // Payloads are found by any type they can be assigned to: one object for both would be taken for either.
        context.GetOrAddPayload<IErrorTransport>(() => new SqsErrorTransport(_host, ErrorQueueName));
        context.GetOrAddPayload<IDeadLetterTransport>(() => new SqsDeadLetterTransport(_host, SkippedQueueName));
        return context;
    }
}
