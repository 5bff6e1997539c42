using System.Globalization;
using Microsoft.Extensions.Configuration;
using WorkerFleet.AgentCore.DataPlane;
using WorkerFleet.AmazonSqs.Fleet;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Telemetry;

namespace WorkerFleet.Cli.Options;

/// <summary>
/// Configuration: what later ones in this list say wins. Agents that earlier runs used by their address; AWS's own
/// environment variables (<c>AWS_REGION</c>, <c>AWS_ENDPOINT_URL</c>); appsettings.json beside the executable;
/// appsettings.json in the current folder; environment variables under the names of older systems; environment variables
/// (<c>FLEET__DEFAULTS__CONCURRENCY</c>).
/// </summary>
internal static class FleetConfiguration
{
    public const string FileName = "appsettings.json";

    /// <summary>Configuration key of the data folder.</summary>
    public const string DataKey = "Fleet:Data";

    /// <summary>
    /// The older systems' name for attempts. Its default there, as here, is 3, the tries before an item is marked
    /// failed; 0 means a single one.
    /// </summary>
    public const string MaxRetries = "MAX_RETRIES";

    /// <summary>The older systems' names of tables, bucket and namespace.</summary>
    private static readonly Dictionary<string, string> OlderResources = new()
    {
        ["RUNS_TABLE"] = AwsSettingsReader.RunsTableKey,
        ["TASKS_TABLE"] = AwsSettingsReader.JournalTableKey,
        ["S3_BUCKET"] = AwsSettingsReader.BucketKey,
        ["CLOUDWATCH_NAMESPACE"] = TelemetryOptionsReader.NamespaceKey,
    };

    /// <summary>AWS's own variables, the weaker before the stronger.</summary>
    private static readonly (string Variable, string Key)[] AwsVariables =
    [
        ("AWS_DEFAULT_REGION", AwsSettingsReader.RegionKey),
        ("AWS_REGION", AwsSettingsReader.RegionKey),
        ("AWS_ENDPOINT_URL", AwsSettingsReader.DynamoDbEndpointKey),
        ("AWS_ENDPOINT_URL", AwsSettingsReader.S3EndpointKey),
        ("AWS_ENDPOINT_URL", AgentCoreDefaults.EndpointKey),
        ("AWS_ENDPOINT_URL", AmazonSqsOptionsReader.EndpointKey),
        ("AWS_ENDPOINT_URL_DYNAMODB", AwsSettingsReader.DynamoDbEndpointKey),
        ("AWS_ENDPOINT_URL_S3", AwsSettingsReader.S3EndpointKey),
        ("AWS_ENDPOINT_URL_SQS", AmazonSqsOptionsReader.EndpointKey),
        ("AWS_ENDPOINT_URL_BEDROCK_AGENTCORE", AgentCoreDefaults.EndpointKey),
    ];

    private const string Prefix = "FLEET__";

    /// <exception cref="UserErrorException">A file is not valid JSON, or variables contradict each other.</exception>
    public static IConfiguration Build(CliContext cli, string? dataFolder = null)
    {
        var builder = new ConfigurationBuilder();
        if (dataFolder is not null)
            AddFile(builder, AdHocAgents.PathIn(dataFolder));
        builder.AddInMemoryCollection(OfAws(cli.Environment));
        AddFile(builder, Path.Combine(cli.InstallDirectory, FileName));
        AddFile(builder, Path.Combine(cli.WorkingDirectory, FileName));
        builder.AddInMemoryCollection(OlderNames(cli.Environment));
        builder.AddInMemoryCollection(OwnVariables(cli.Environment));
        return builder.Build();
    }

    /// <summary>The defaults as a layer of settings.</summary>
    public static SettingsLayer ReadDefaults(IConfiguration configuration, List<string> problems)
    {
        var layer = new SettingsLayer();
        var settings = RunSettings.All
            .Where(setting => setting.Configurable)
            .ToDictionary(setting => setting.ConfigurationKey, StringComparer.OrdinalIgnoreCase);
        foreach (var section in configuration.GetSection(RunSetting.DefaultsSection).GetChildren())
        {
            if (!settings.TryGetValue(section.Key, out var setting))
                problems.Add(
                    $"{section.Path}: there is no such key" +
                    $"{Suggestions.DidYouMean(section.Key, settings.Keys)}");
            else if (section.Value is not null)
                layer.Add(setting, new SettingText(section.Value, section.Path));
            else if (setting.Arity == SettingArity.Many)
                foreach (var element in section.GetChildren())
                    layer.Add(setting, new SettingText(element.Value ?? "", element.Path, IsElement: true));
            else
                problems.Add($"{section.Path}: has to be a single value");
        }
        return layer;
    }

    private static void AddFile(ConfigurationBuilder builder, string path)
    {
        if (!File.Exists(path))
            return;
        try
        {
            // Loaded here rather than by Build, so that a message can name the file.
            using var json = new MemoryStream(File.ReadAllBytes(path));
            var file = new ConfigurationBuilder().AddJsonStream(json).Build();
            builder.AddInMemoryCollection(file.AsEnumerable());
        }
        catch (Exception exception) when (exception is FormatException or System.Text.Json.JsonException)
        {
            var reason = exception.InnerException?.Message ?? exception.Message;
            throw new UserErrorException($"{path}: is not valid JSON: {SafeText.Line(reason)}");
        }
        catch (UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: permission denied; make the file readable for this user");
        }
    }

    /// <summary>
    /// Keys of the configuration have no case, names of variables do: http_proxy and HTTP_PROXY are often both there.
    /// </summary>
    private static IEnumerable<KeyValuePair<string, string?>> OwnVariables(
        IReadOnlyDictionary<string, string> environment)
    {
        var own = environment.Where(variable => variable.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase));
        foreach (var same in own.GroupBy(variable => variable.Key, StringComparer.OrdinalIgnoreCase))
        {
            if (same.DistinctBy(variable => variable.Value).Count() > 1)
                throw new UserErrorException(
                    $"{string.Join(" and ", same.Select(variable => variable.Key).Order(StringComparer.Ordinal))}: " +
                    "differ in upper and lower case alone and have different values; set one of them");
            yield return new(
                same.Key.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal), same.First().Value);
        }
    }

    private static Dictionary<string, string?> OlderNames(IReadOnlyDictionary<string, string> environment)
    {
        var found = new Dictionary<string, string?>();
        if (environment.TryGetValue(MaxRetries, out var retries) && retries.Length > 0)
            found[$"{RunSetting.DefaultsSection}:{RunSettings.Attempts.ConfigurationKey}"] =
                int.TryParse(retries, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? Math.Max(number, 1).ToString(CultureInfo.InvariantCulture)
                    : retries;
        foreach (var (variable, key) in OlderResources)
            if (environment.TryGetValue(variable, out var name) && name.Length > 0)
                found[key] = name;
        return found;
    }

    private static Dictionary<string, string?> OfAws(IReadOnlyDictionary<string, string> environment)
    {
        var found = new Dictionary<string, string?>();
        var ignoresEndpoints = bool.TryParse(
            environment.GetValueOrDefault("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), out var ignore) && ignore;
        foreach (var (variable, key) in AwsVariables)
            if (environment.TryGetValue(variable, out var value) && value.Length > 0
                && !(ignoresEndpoints && key != AwsSettingsReader.RegionKey))
                found[key] = value;
        return found;
    }
}
