namespace WorkerFleet.Messaging;

/// <summary>Why a broker cannot be used at all.</summary>
public enum BrokerFault
{
    /// <summary>None of the others.</summary>
    Failed,

    /// <summary>Nothing answers at the address.</summary>
    Unreachable,

    /// <summary>Something answers, and no encrypted connection comes about: the certificate, or no TLS at all.</summary>
    Untrusted,

    /// <summary>User name and password are not accepted, or there are none.</summary>
    Credentials,

    /// <summary>There is no such virtual host, or this user may not enter it.</summary>
    VirtualHost,
}

/// <summary>What is wrong with one queue.</summary>
public enum QueueFault
{
    Missing,

    /// <summary>It is there otherwise than the fleet makes it, so that the fleet's processes cannot use it.</summary>
    Differs,

    /// <summary>It is there otherwise than the fleet makes it, and works.</summary>
    DiffersHarmlessly,

    /// <summary>This user or role may not do with it what the fleet has to.</summary>
    Denied,
}

/// <summary>What a look at the broker found.</summary>
/// <param name="Fault">Why it cannot be used; null when it can.</param>
/// <param name="Detail">For a person: what was found, in one line without a password.</param>
/// <param name="Version">Of the server, where it says so.</param>
/// <param name="Queues">The fleet's queues; none where the broker cannot be used.</param>
public sealed record BrokerReport(
    BrokerFault? Fault, string Detail, string? Version = null, IReadOnlyList<QueueReport>? Queues = null);

/// <param name="Queue">One of <see cref="QueueNames"/>.</param>
/// <param name="Name">As the broker knows it.</param>
/// <param name="Fault">What is wrong with it; null for nothing.</param>
/// <param name="Detail">What was found, for a person, where there is a fault.</param>
/// <param name="Ready">Messages that wait to be delivered.</param>
/// <param name="InFlight">Messages that consumers hold; null where the broker does not tell.</param>
/// <param name="Consumers">How many consume from it; null where the broker does not know.</param>
public sealed record QueueReport(
    string Queue, string Name, QueueFault? Fault = null, string Detail = "", long Ready = 0, long? InFlight = null,
    int? Consumers = null);
