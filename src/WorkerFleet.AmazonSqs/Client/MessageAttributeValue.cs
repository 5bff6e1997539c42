namespace WorkerFleet.AmazonSqs.Client;

/// <summary>A value that travels beside a message's body.</summary>
public sealed class MessageAttributeValue
{
    /// <summary>String, Number or Binary, each with an optional label of one's own behind a dot.</summary>
    public string DataType { get; set; } = "String";

    public string? StringValue { get; set; }

    public byte[]? BinaryValue { get; set; }
}
