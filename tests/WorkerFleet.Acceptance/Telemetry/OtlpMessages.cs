using System.Globalization;

namespace WorkerFleet.Acceptance.Telemetry;

/// <param name="Resource">What the process says of itself.</param>
/// <param name="ParentId">Empty for the first of a trace.</param>
/// <param name="IsError">Whether its status is an error.</param>
internal sealed record ReceivedSpan(
    IReadOnlyDictionary<string, string> Resource, string Source, string TraceId, string SpanId, string ParentId, string Name,
    bool IsError, IReadOnlyDictionary<string, string> Attributes);

/// <param name="Value">Of a sum or a gauge; of a histogram, how often.</param>
/// <param name="IsMonotonic">Whether it is a counter.</param>
internal sealed record ReceivedPoint(
    IReadOnlyDictionary<string, string> Resource, string Meter, string Name, string Unit, bool IsMonotonic, double Value,
    IReadOnlyDictionary<string, string> Attributes);

internal sealed record ReceivedLog(
    IReadOnlyDictionary<string, string> Resource, string Level, string Message, IReadOnlyDictionary<string, string> Attributes);

/// <summary>Reads the requests of OTLP 1.x, by the numbers of their fields.</summary>
internal static class OtlpMessages
{
    public static IEnumerable<ReceivedSpan> Spans(WireMessage request) =>
        from resource in request.Messages(1)
        let described = AttributesOf(resource.Message(1), 1)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new ReceivedSpan(
            described, NameOf(scope), span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5),
            span.Message(15)?.Number(3) == 2, AttributesOf(span, 9));

    public static IEnumerable<ReceivedPoint> Points(WireMessage request) =>
        from resource in request.Messages(1)
        let described = AttributesOf(resource.Message(1), 1)
        from scope in resource.Messages(2)
        from metric in scope.Messages(2)
        from data in DataOf(metric)
        from point in data.Messages(1)
        select new ReceivedPoint(
            described, NameOf(scope), metric.Text(1), metric.Text(3), data.Number(3) == 1,
            metric.Has(9) ? point.Number(4) : point.Has(6) ? (long)point.Number(6) : point.Double(4),
            AttributesOf(point, metric.Has(9) ? 9 : 7));

    public static IEnumerable<ReceivedLog> Logs(WireMessage request) =>
        from resource in request.Messages(1)
        let described = AttributesOf(resource.Message(1), 1)
        from scope in resource.Messages(2)
        from record in scope.Messages(2)
        select new ReceivedLog(described, record.Text(3), record.Message(5)?.Text(1) ?? "", AttributesOf(record, 6));

    /// <summary>Gauge, sum or histogram.</summary>
    private static IEnumerable<WireMessage> DataOf(WireMessage metric) =>
        metric.Messages(5).Concat(metric.Messages(7)).Concat(metric.Messages(9));

    private static string NameOf(WireMessage scope) => scope.Message(1)?.Text(1) ?? "";

    private static Dictionary<string, string> AttributesOf(WireMessage? message, int field) =>
        (message?.Messages(field) ?? []).ToDictionary(attribute => attribute.Text(1), attribute => ValueOf(attribute.Message(2)!));

    private static string ValueOf(WireMessage value) =>
        value.Has(2) ? value.Number(2) == 1 ? "true" : "false"
        : value.Has(3) ? ((long)value.Number(3)).ToString(CultureInfo.InvariantCulture)
        : value.Has(4) ? value.Double(4).ToString(CultureInfo.InvariantCulture)
        : value.Text(1);
}
