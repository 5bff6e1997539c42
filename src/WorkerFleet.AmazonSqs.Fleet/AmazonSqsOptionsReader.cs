using System.Globalization;
using Amazon.Runtime;
using Microsoft.Extensions.Configuration;

namespace WorkerFleet.AmazonSqs.Fleet;

/// <summary>
/// Reads <c>Fleet:AmazonSqs</c>: Endpoint, Prefix, Declare, KmsKey, Tags, VisibilityTimeout; and <c>Fleet:Aws:Region</c>.
/// Credentials are not among them: these are for the SDK's own chain to find.
/// </summary>
public static class AmazonSqsOptionsReader
{
    public const string EndpointKey = $"{Section}:Endpoint";

    private const string Section = "Fleet:AmazonSqs";
    private const string RegionKey = "Fleet:Aws:Region";

    /// <summary>SQS's limit of 80 less the longest name of a queue, and what MassTransit may put behind it.</summary>
    private const int MaxPrefix = 50;

    private const int MaxTags = 40;

    private static readonly TimeSpan ShortestVisibility = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestVisibility = TimeSpan.FromHours(12);
    private static readonly string[] Keys = ["Endpoint", "Prefix", "Declare", "KmsKey", "Tags", "VisibilityTimeout"];

    /// <param name="configuration">All of it.</param>
    /// <param name="problems">Receives what is wrong, each one message for a person.</param>
    /// <returns>Null when there are problems.</returns>
    public static AmazonSqsOptions? Read(IConfiguration configuration, ICollection<string> problems)
    {
        var before = problems.Count;
        var section = configuration.GetSection(Section);
        foreach (var key in section.GetChildren().Select(child => child.Key).Except(Keys, StringComparer.OrdinalIgnoreCase))
            problems.Add($"{Section}:{key}: there is no such key; there are {string.Join(", ", Keys)}");
        var region = ReadRegion(configuration);
        if (region is null)
            problems.Add($"{RegionKey}: is missing; it is the region of the queues (the variable AWS_REGION counts too)");
        var options = new AmazonSqsOptions
        {
            Region = region ?? "",
            Endpoint = ReadEndpoint(section["Endpoint"], problems),
            Prefix = section["Prefix"] ?? AmazonSqsOptions.DefaultPrefix,
            Declare = ReadSwitch(section["Declare"], problems),
            KmsKey = Given(section["KmsKey"]),
            Tags = ReadTags(section.GetSection("Tags"), problems),
            VisibilityTimeout = ReadVisibility(section["VisibilityTimeout"], problems),
        };
        if (options.Prefix.Length > MaxPrefix || !options.Prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            problems.Add($"{Section}:Prefix: has at most {MaxPrefix} letters, digits, '-' and '_', as names of queues do");
        return problems.Count > before ? null : options;
    }

    /// <summary>As the SDK looks for it, where the fleet's own key says nothing.</summary>
    private static string? ReadRegion(IConfiguration configuration) =>
        Given(configuration[RegionKey]) ?? FallbackRegionFactory.GetRegionEndpoint()?.SystemName;

    private static Uri? ReadEndpoint(string? configured, ICollection<string> problems)
    {
        if (Given(configured) is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
            && endpoint.Host.Length > 0 && endpoint.UserInfo.Length == 0 && endpoint.Query.Length == 0)
            return endpoint;
        // Without what stands before an @: it may be a password.
        problems.Add($"{EndpointKey}: '{text[(text.LastIndexOf('@') + 1)..]}' is not an address such as " +
            "http://localhost:4566 (the variables AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL count too)");
        return null;
    }

    private static bool ReadSwitch(string? text, ICollection<string> problems)
    {
        if (Given(text) is null)
            return true;
        if (bool.TryParse(text, out var declare))
            return declare;
        problems.Add($"{Section}:Declare: '{text}' is neither true nor false");
        return true;
    }

    private static Dictionary<string, string> ReadTags(IConfigurationSection section, ICollection<string> problems)
    {
        var tags = section.GetChildren().ToDictionary(tag => tag.Key, tag => tag.Value ?? "", StringComparer.Ordinal);
        if (tags.Count > MaxTags)
            problems.Add($"{Section}:Tags: there are {tags.Count}; a queue takes {MaxTags} beside the fleet's own");
        return tags;
    }

    private static TimeSpan ReadVisibility(string? text, ICollection<string> problems)
    {
        var usual = new AmazonSqsOptions { Region = "" }.VisibilityTimeout;
        if (Given(text) is null)
            return usual;
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var visibility)
            && visibility >= ShortestVisibility && visibility <= LongestVisibility)
            return visibility;
        problems.Add($"{Section}:VisibilityTimeout: '{text}' is not a time from 00:00:10 to 12:00:00, such as 00:01:00");
        return usual;
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
