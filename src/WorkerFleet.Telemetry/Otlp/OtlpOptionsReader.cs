using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace WorkerFleet.Telemetry.Otlp;

/// <summary>
/// Reads <see cref="OtlpOptions"/>: <c>Fleet:Telemetry:Otlp:Endpoint</c> and <c>Protocol</c>, which stand for the
/// variables
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and <c>OTEL_EXPORTER_OTLP_PROTOCOL</c> where these are not set.
/// </summary>
internal static class OtlpOptionsReader
{
    private const string Section = $"{TelemetryOptions.Section}:Otlp";
    private const string TracesSection = $"{TelemetryOptions.Section}:Traces";
    private const string StandardPrefix = "OTEL_";
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string Disabled = "OTEL_SDK_DISABLED";
    private const string None = "none";
    private const string Grpc = "grpc";
    private const string HttpProtobuf = "http/protobuf";

    /// <summary>The port that collectors take OTLP over HTTP at, as 4317 is the one of gRPC.</summary>
    private const int HttpPort = 4318;

    private const int MostFirstRows = 1_000_000_000;

    private static readonly string[] Keys = ["Endpoint", "Protocol"];
    private static readonly string[] TracesKeys = ["RowRatio", "FirstRows"];
    private static readonly string[] Protocols = [Grpc, HttpProtobuf];

    public static OtlpOptions? Read(
        IConfiguration configuration, IReadOnlyDictionary<string, string> environment, ICollection<string> problems)
    {
        var section = configuration.GetSection(Section);
        OptionText.CheckKeys(section, Keys, problems);
        OptionText.CheckKeys(configuration.GetSection(TracesSection), TracesKeys, problems);
        var variables = environment
            .Where(variable =>
                variable.Key.StartsWith(StandardPrefix, StringComparison.Ordinal) && variable.Value.Length > 0)
            .ToDictionary(variable => variable.Key, variable => (string?)variable.Value);
        StandFor(Endpoint, section["Endpoint"]);
        StandFor(Protocol, section["Protocol"]);
        CheckProtocols(variables, problems);
        var endpoints = variables
            .Where(variable => variable.Key == Endpoint || IsEndpointOfASignal(variable.Key))
            .ToDictionary(variable => variable.Key, variable => CheckEndpoint(variable.Key, variable.Value!, problems));
        ChooseProtocol(variables, endpoints.GetValueOrDefault(Endpoint));
        var options = new OtlpOptions
        {
            Display = string.Join(", ", endpoints.Values.OfType<Uri>()
                .Select(uri => $"{uri.Scheme}://{uri.Authority}").Distinct()),
            Traces = Sends("TRACES"),
            Metrics = Sends("METRICS"),
            Logs = Sends("LOGS"),
            RowRatio = ReadRatio(configuration[$"{TracesSection}:RowRatio"], problems),
            FirstRows = ReadFirstRows(configuration[$"{TracesSection}:FirstRows"], problems),
            Variables = variables,
        };
        var isOff = bool.TryParse(variables.GetValueOrDefault(Disabled), out var disabled) && disabled;
        return isOff || !(options.Traces || options.Metrics || options.Logs) ? null : options;

        void StandFor(string variable, string? configured)
        {
            if (OptionText.Given(configured) is { } text)
                variables.TryAdd(variable, text);
        }

        bool Sends(string signal) =>
            (endpoints.ContainsKey(Endpoint) || endpoints.ContainsKey($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"))
            && variables.GetValueOrDefault($"OTEL_{signal}_EXPORTER") != None;
    }

    private static bool IsEndpointOfASignal(string variable) => variable
        is "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
        or "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"
        or "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT";

    private static Uri? CheckEndpoint(string variable, string text, ICollection<string> problems)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri.Host.Length > 0)
            return uri;
        // Without what stands before an @: it may be a password.
        problems.Add($"{variable}: '{text[(text.LastIndexOf('@') + 1)..]}' is not an address such as " +
            "http://localhost:4317" +
            (variable == Endpoint ? $" ({Section}:Endpoint counts too)" : ""));
        return null;
    }

    private static void CheckProtocols(Dictionary<string, string?> variables, ICollection<string> problems)
    {
        foreach (var (variable, text) in variables)
            if (variable.StartsWith("OTEL_EXPORTER_OTLP_", StringComparison.Ordinal)
                && variable.EndsWith("PROTOCOL", StringComparison.Ordinal) && !Protocols.Contains(text))
                problems.Add($"{variable}: '{text}' is not one of {string.Join(", ", Protocols)}" +
                    (variable == Protocol ? $" ({Section}:Protocol counts too)" : ""));
    }

    /// <summary>gRPC at the port of HTTP is the usual mistake; nobody means it.</summary>
    private static void ChooseProtocol(Dictionary<string, string?> variables, Uri? endpoint)
    {
        if (endpoint?.Port == HttpPort)
            variables.TryAdd(Protocol, HttpProtobuf);
    }

    private static double ReadRatio(string? text, ICollection<string> problems)
    {
        if (OptionText.Given(text) is null)
            return OtlpOptions.DefaultRowRatio;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ratio)
            && ratio <= 1)
            return ratio;
        problems.Add($"{TracesSection}:RowRatio: '{text}' is not a number from 0 to 1, such as 0.01");
        return OtlpOptions.DefaultRowRatio;
    }

    private static int ReadFirstRows(string? text, ICollection<string> problems)
    {
        if (OptionText.Given(text) is null)
            return OtlpOptions.DefaultFirstRows;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows <= MostFirstRows)
            return rows;
        problems.Add($"{TracesSection}:FirstRows: '{text}' is not a whole number from 0 to 1,000,000,000");
        return OtlpOptions.DefaultFirstRows;
    }
}
