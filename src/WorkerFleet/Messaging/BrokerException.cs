namespace WorkerFleet.Messaging;

/// <summary>The broker refuses what trying again does not mend. The message is for a person.</summary>
public sealed class BrokerException : Exception
{
    public BrokerException()
    {
    }

    public BrokerException(string message)
        : base(message)
    {
    }

    public BrokerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
