using System.Diagnostics.CodeAnalysis;

namespace MassTransit;

/// <summary>What a message sent to SQS has beside its headers.</summary>
[SuppressMessage("Naming", "CA1715", Justification = "Called so in MassTransit's own package.")]
public interface AmazonSqsSendContext : SendContext
{
    /// <summary>
    /// 1 to 128 letters, digits and punctuation marks. On a standard queue it makes a fair queue: no group waits
    /// because another has many messages.
    /// </summary>
    string? GroupId { set; }

    string? DeduplicationId { set; }

    int? DelaySeconds { set; }
}
