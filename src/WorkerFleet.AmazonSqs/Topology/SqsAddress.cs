using MassTransit;
using MassTransit.Internals;

namespace WorkerFleet.AmazonSqs.Topology;

/// <summary>
/// Where messages go: a queue, amazonsqs://region[/scope]/name, or a message type as published, which is a topic to
/// MassTransit's own package and here stands for the queues bound to it.
/// </summary>
internal readonly record struct SqsAddress
{
    public const string Scheme = "amazonsqs";

    private SqsAddress(string host, string scope, string name, bool isTopic, bool durable, bool autoDelete)
    {
        Host = host;
        Scope = scope;
        Name = name;
        IsTopic = isTopic;
        Durable = durable;
        AutoDelete = autoDelete;
    }

    public string Host { get; }

    /// <summary>Empty where there is none.</summary>
    public string Scope { get; }

    public string Name { get; }

    public bool IsTopic { get; }

    public bool Durable { get; }

    /// <summary>Whether the queue lives only as long as whoever made it.</summary>
    public bool AutoDelete { get; }

    public Uri Uri
    {
        get
        {
            var options = new List<string>();
            if (!Durable)
                options.Add("durable=false");
            if (AutoDelete)
                options.Add("autodelete=true");
            if (IsTopic)
                options.Add("type=topic");
            return new UriBuilder(Scheme, Host)
            {
                Path = Scope.Length == 0 || IsTopic ? Name : $"{Uri.EscapeDataString(Scope)}/{Name}",
                Query = string.Join('&', options),
            }.Uri;
        }
    }

    public static SqsAddress OfQueue(Uri hostAddress, string name, bool durable = true, bool autoDelete = false) =>
        new(hostAddress.Host, ScopeOf(hostAddress), name, isTopic: false, durable, autoDelete);

    public static SqsAddress OfTopic(Uri hostAddress, string name) =>
        new(hostAddress.Host, ScopeOf(hostAddress), name, isTopic: true, durable: true, autoDelete: false);

    /// <param name="hostAddress">Of the bus.</param>
    /// <param name="address">amazonsqs://…, queue:name or topic:name.</param>
    /// <exception cref="ConfigurationException">It names no queue that the transport can send to.</exception>
    public static SqsAddress Parse(Uri hostAddress, Uri address)
    {
        var (host, scope, name, isTopic) = address.Scheme switch
        {
            "queue" => (hostAddress.Host, ScopeOf(hostAddress), address.AbsolutePath, false),
            "topic" => (hostAddress.Host, ScopeOf(hostAddress), address.AbsolutePath, true),
            Scheme => OfPath(address),
            _ => throw new ConfigurationException(
                $"Amazon SQS: '{address}' is not an address of a queue; use queue:NAME or {Scheme}://REGION/NAME."),
        };
        var durable = true;
        var autoDelete = false;
        foreach (var (key, value) in address.SplitQueryString())
        {
            var isTrue = bool.TryParse(value, out var parsed) && parsed;
            switch (key)
            {
                case "temporary":
                    (durable, autoDelete) = (!isTrue, isTrue);
                    break;
                case "durable":
                    durable = isTrue;
                    break;
                case "autodelete":
                    autoDelete = isTrue;
                    break;
                case "type":
                    isTopic = string.Equals(value, "topic", StringComparison.OrdinalIgnoreCase);
                    break;
            }
        }

        if (!isTopic)
            SqsQueueNames.ThrowIfInvalid(name);
        return new SqsAddress(host, scope, name, isTopic, durable, autoDelete);
    }

    private static (string Host, string Scope, string Name, bool IsTopic) OfPath(Uri address)
    {
        address.ParseHostPathAndEntityName(out var scope, out var name);
        return (address.Host, scope is null or "/" ? "" : scope, name ?? "", false);
    }

    private static string ScopeOf(Uri hostAddress) => Uri.UnescapeDataString(hostAddress.AbsolutePath.Trim('/'));
}
