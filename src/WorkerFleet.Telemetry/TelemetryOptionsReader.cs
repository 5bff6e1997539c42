using System.Globalization;
using Microsoft.Extensions.Configuration;
using WorkerFleet.Telemetry.CloudWatch;
using WorkerFleet.Telemetry.Otlp;

namespace WorkerFleet.Telemetry;

/// <summary>Reads <see cref="TelemetryOptions"/>. Loads nothing of what exports.</summary>
public static class TelemetryOptionsReader
{
    public const string NamespaceKey = $"{CloudWatchSection}:Namespace";

    private const string CloudWatchSection = $"{TelemetryOptions.Section}:CloudWatch";
    private const string ServeMetricsKey = $"{TelemetryOptions.Section}:ServeMetrics";
    private const string MassTransitKey = $"{TelemetryOptions.Section}:MassTransit";
    private const string FlushWithinKey = $"{TelemetryOptions.Section}:FlushWithin";
    private const int MaxDimensions = 5;
    private const int MaxNamespace = 255;
    private const string ReservedNamespace = "AWS/";

    private static readonly string[] Keys = ["Otlp", "Traces", "ServeMetrics", "MassTransit", "CloudWatch", "FlushWithin"];
    private static readonly string[] CloudWatchKeys = ["Namespace", "Interval", "Dimensions"];
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestFlush = TimeSpan.FromMinutes(5);

    /// <param name="configuration">All of it.</param>
    /// <param name="environment">The process's variables, for OpenTelemetry's own.</param>
    /// <param name="problems">Receives what is wrong, each one message for a person.</param>
    public static TelemetryOptions Read(
        IConfiguration configuration, IReadOnlyDictionary<string, string> environment, ICollection<string> problems)
    {
        OptionText.CheckKeys(configuration.GetSection(TelemetryOptions.Section), Keys, problems);
        return new TelemetryOptions
        {
            Otlp = OtlpOptionsReader.Read(configuration, environment, problems),
            ServeMetrics = OptionText.ReadSwitch(configuration, ServeMetricsKey, usual: true, problems),
            MassTransit = OptionText.ReadSwitch(configuration, MassTransitKey, usual: false, problems),
            CloudWatch = ReadCloudWatch(configuration, problems),
            FlushWithin = ReadFlushWithin(configuration[FlushWithinKey], problems),
        };
    }

    private static TimeSpan ReadFlushWithin(string? text, ICollection<string> problems)
    {
        var usual = new TelemetryOptions().FlushWithin;
        if (OptionText.Given(text) is null)
            return usual;
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time >= TimeSpan.Zero && time <= LongestFlush)
            return time;
        problems.Add($"{FlushWithinKey}: '{text}' is not a time from 00:00:00 to 00:05:00, such as 00:00:10");
        return usual;
    }

    private static CloudWatchOptions? ReadCloudWatch(IConfiguration configuration, ICollection<string> problems)
    {
        var section = configuration.GetSection(CloudWatchSection);
        OptionText.CheckKeys(section, CloudWatchKeys, problems);
        var interval = ReadInterval(section["Interval"], problems);
        var dimensions = ReadDimensions(section["Dimensions"], problems);
        if (OptionText.Given(section["Namespace"]) is not { } name)
            return null;
        if (name.Length > MaxNamespace || name.StartsWith(ReservedNamespace, StringComparison.OrdinalIgnoreCase)
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or '#' or ':')
            || name[0] == ':')
            problems.Add($"{NamespaceKey}: '{name}' is not the name of a namespace: at most {MaxNamespace} letters, " +
                $"digits and . - _ / # : that do not begin with '{ReservedNamespace}' or ':' (the variable " +
                "CLOUDWATCH_NAMESPACE counts too)");
        return new CloudWatchOptions { Namespace = name, Interval = interval, Dimensions = dimensions };
    }

    private static TimeSpan ReadInterval(string? text, ICollection<string> problems)
    {
        if (OptionText.Given(text) is null)
            return CloudWatchOptions.DefaultInterval;
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval)
            && interval >= ShortestInterval && interval <= LongestInterval)
            return interval;
        problems.Add(
            $"{CloudWatchSection}:Interval: '{text}' is not a time from 00:00:05 to 01:00:00, such as 00:01:00");
        return CloudWatchOptions.DefaultInterval;
    }

    private static IReadOnlyList<string> ReadDimensions(string? text, ICollection<string> problems)
    {
        if (text is null)
            return new CloudWatchOptions { Namespace = "" }.Dimensions;
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Distinct().ToList();
        if (names.Count > MaxDimensions)
            problems.Add($"{CloudWatchSection}:Dimensions: are {names.Count}; name at most {MaxDimensions} tags");
        foreach (var name in names.Where(EmbeddedMetricLine.IsReserved))
            problems.Add(
                $"{CloudWatchSection}:Dimensions: '{name}' is a dimension already; name others, such as agent,outcome");
        return names;
    }
}
