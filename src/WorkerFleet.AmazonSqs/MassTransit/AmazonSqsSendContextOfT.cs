using System.Diagnostics.CodeAnalysis;

namespace MassTransit;

[SuppressMessage("Naming", "CA1715", Justification = "Called so in MassTransit's own package.")]
public interface AmazonSqsSendContext<out T> : AmazonSqsSendContext, SendContext<T>
    where T : class;
