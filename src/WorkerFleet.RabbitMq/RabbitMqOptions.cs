namespace WorkerFleet.RabbitMq;

/// <summary>Where the broker is and how to connect to it.</summary>
public sealed record RabbitMqOptions
{
    /// <summary>Nodes of the cluster, one or more; the next one is tried when one cannot be reached.</summary>
    public required IReadOnlyList<BrokerHost> Hosts { get; init; }

    public string VirtualHost { get; init; } = "/";

    public string Username { get; init; } = "guest";

    /// <summary>Never to be logged or shown.</summary>
    public string Password { get; init; } = "guest";

    /// <summary>Null for a connection that is not encrypted.</summary>
    public RabbitMqTls? Tls { get; init; }

    /// <summary>Before the name of every queue and exchange, so that several fleets can share a virtual host.</summary>
    public string Prefix { get; init; } = DefaultPrefix;

    public const string DefaultPrefix = "fleet-";

    /// <summary>For people: without user and password.</summary>
    public string Display =>
        $"{(Tls is null ? "amqp" : "amqps")}://{string.Join(",", Hosts)}{(VirtualHost == "/" ? "" : $"/{VirtualHost}")}";

    /// <summary>A record's own text would show the password.</summary>
    public override string ToString() => Display;
}

/// <param name="Name">Host name or address.</param>
/// <param name="Port">1 to 65,535.</param>
public readonly record struct BrokerHost(string Name, int Port)
{
    public override string ToString() => $"{Name}:{Port}";
}

/// <param name="ServerName">Name that the server's certificate has to be for; null: the host's.</param>
/// <param name="CaFile">PEM file of the authorities to trust; null: those of the system.</param>
/// <param name="CertificateFile">PKCS #12 file to identify this client with; null for none.</param>
/// <param name="CertificatePassword">Its password; null for none.</param>
public sealed record RabbitMqTls(
    string? ServerName = null, string? CaFile = null, string? CertificateFile = null, string? CertificatePassword = null)
{
    public override string ToString() => "TLS";
}
