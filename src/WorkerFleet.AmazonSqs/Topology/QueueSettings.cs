using System.Globalization;

namespace WorkerFleet.AmazonSqs.Topology;

/// <summary>How a queue is to be.</summary>
internal sealed class QueueSettings(string name)
{
    public string Name { get; } = name;

    public bool Durable { get; set; } = true;

    public bool AutoDelete { get; set; }

    public Dictionary<string, object> Attributes { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    /// <summary>Where SQS moves what was received too often; null for nowhere.</summary>
    public string? DeadLetterQueueName { get; set; }

    public int MaxReceiveCount { get; set; }

    /// <summary>A queue beside this one, with its attributes and tags but not its redrive policy.</summary>
    public QueueSettings Beside(string queueName)
    {
        var settings = new QueueSettings(queueName);
        foreach (var (key, value) in Attributes)
            settings.Attributes[key] = value;
        foreach (var (key, value) in Tags)
            settings.Tags[key] = value;
        return settings;
    }

    /// <summary>As SQS writes values: numbers without separators, true and false in lower case.</summary>
    public static string Format(object value) => value switch
    {
        bool isTrue => isTrue ? "true" : "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
