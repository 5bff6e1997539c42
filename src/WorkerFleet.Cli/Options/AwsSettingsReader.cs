using Microsoft.Extensions.Configuration;
using WorkerFleet.S3;

namespace WorkerFleet.Cli.Options;

/// <summary>
/// Reads <c>Fleet:Store</c> and <c>Fleet:Aws</c>: Region, RunsTable, JournalTable, Bucket, DynamoDb (Endpoint, Retention)
/// and S3 (Endpoint); AgentCore (Endpoint) is read with the agents.
/// Credentials are not among them: these are for the SDK's own chain to find.
/// </summary>
internal static class AwsSettingsReader
{
    public const string StoreKey = "Fleet:Store";
    public const string Section = "Fleet:Aws";
    public const string RegionKey = $"{Section}:Region";
    public const string RunsTableKey = $"{Section}:RunsTable";
    public const string JournalTableKey = $"{Section}:JournalTable";
    public const string BucketKey = $"{Section}:Bucket";
    public const string DynamoDbEndpointKey = $"{Section}:DynamoDb:Endpoint";
    public const string RetentionKey = $"{Section}:DynamoDb:Retention";
    public const string S3EndpointKey = $"{Section}:S3:Endpoint";

    private const int ShortestTable = 3;
    private const int LongestTable = 255;
    private const int LongestRegion = 40;

    private static readonly string[] StoreNames = ["sqlite", "dynamodb"];
    private static readonly string[] Keys = ["Region", "RunsTable", "JournalTable", "Bucket", "DynamoDb", "S3", "AgentCore"];
    private static readonly string[] DynamoDbKeys = ["Endpoint", "Retention"];
    private static readonly string[] S3Keys = ["Endpoint"];
    private static readonly string[] AgentCoreKeys = ["Endpoint"];

    private static readonly TimeSpan ShortestRetention = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestRetention = TimeSpan.FromDays(36_500);

    /// <param name="configuration">All of it.</param>
    /// <param name="problems">Receives what is wrong, each one message for a person.</param>
    /// <returns>Null when there are problems.</returns>
    public static AwsSettings? Read(IConfiguration configuration, List<string> problems)
    {
        var before = problems.Count;
        CheckKeys(configuration.GetSection(Section), Keys, problems);
        CheckKeys(configuration.GetSection($"{Section}:DynamoDb"), DynamoDbKeys, problems);
        CheckKeys(configuration.GetSection($"{Section}:S3"), S3Keys, problems);
        // Its endpoint is checked with the agents that use it.
        CheckKeys(configuration.GetSection($"{Section}:AgentCore"), AgentCoreKeys, problems);
        var settings = new AwsSettings
        {
            Store = ReadStore(configuration, problems),
            Region = ReadRegion(configuration, problems),
            DynamoDbEndpoint = ReadEndpoint(configuration, DynamoDbEndpointKey, "AWS_ENDPOINT_URL_DYNAMODB", problems),
            S3Endpoint = ReadEndpoint(configuration, S3EndpointKey, "AWS_ENDPOINT_URL_S3", problems),
            RunsTable = ReadTable(configuration, RunsTableKey, problems) ?? AwsSettings.DefaultRunsTable,
            JournalTable = ReadTable(configuration, JournalTableKey, problems) ?? AwsSettings.DefaultJournalTable,
            Retention = ReadRetention(configuration, problems),
            Bucket = ReadBucket(configuration, problems),
        };
        if (settings.RunsTable == settings.JournalTable)
            problems.Add($"{JournalTableKey}: '{settings.JournalTable}' is the table of {RunsTableKey} too; they have to differ");
        if (settings is { Store: StoreKind.DynamoDb, Bucket: null } && Given(configuration[BucketKey]) is null)
            problems.Add($"{BucketKey}: is missing; a store in DynamoDB keeps sources and large values in a bucket: " +
                "name it there, or in the variable S3_BUCKET");
        return problems.Count > before ? null : settings;
    }

    private static void CheckKeys(IConfigurationSection section, string[] known, List<string> problems)
    {
        foreach (var child in section.GetChildren())
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                problems.Add($"{child.Path}: there is no such key{Suggestions.DidYouMean(child.Key, known)}; " +
                    $"there {(known.Length == 1 ? "is" : "are")} {string.Join(", ", known)}");
    }

    private static StoreKind ReadStore(IConfiguration configuration, List<string> problems)
    {
        if (Given(configuration[StoreKey]) is not { } name)
            return StoreKind.Sqlite;
        var index = Array.IndexOf(StoreNames, name.ToLowerInvariant());
        if (index < 0)
            problems.Add($"{StoreKey}: '{name}' is not one of {string.Join(", ", StoreNames)}" +
                Suggestions.DidYouMean(name, StoreNames));
        return index == 1 ? StoreKind.DynamoDb : StoreKind.Sqlite;
    }

    private static string? ReadRegion(IConfiguration configuration, List<string> problems)
    {
        var region = Given(configuration[RegionKey]);
        if (region is not null
            && (region.Length > LongestRegion || !region.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')))
            problems.Add($"{RegionKey}: '{region}' is not a region such as eu-central-1 (the variable AWS_REGION counts too)");
        return region;
    }

    private static Uri? ReadEndpoint(
        IConfiguration configuration, string key, string variable, List<string> problems)
    {
        if (Given(configuration[key]) is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
            && endpoint.Host.Length > 0 && endpoint.UserInfo.Length == 0 && endpoint.Query.Length == 0)
            return endpoint;
        // Without what stands before an @: it may be a password.
        problems.Add($"{key}: '{text[(text.LastIndexOf('@') + 1)..]}' is not an address such as http://localhost:4566 " +
            $"(the variables {variable} and AWS_ENDPOINT_URL count too)");
        return null;
    }

    private static string? ReadTable(IConfiguration configuration, string key, List<string> problems)
    {
        var table = Given(configuration[key]);
        if (table is not null && (table.Length is < ShortestTable or > LongestTable
            || !table.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
            problems.Add($"{key}: '{table}' is no name of a table: these are 3 to 255 letters, digits, '-', '_' and '.'");
        return table;
    }

    private static TimeSpan? ReadRetention(IConfiguration configuration, List<string> problems)
    {
        if (Given(configuration[RetentionKey]) is not { } text)
            return null;
        if (Durations.TryParse(text, out var retention) && retention >= ShortestRetention && retention <= LongestRetention)
            return retention;
        problems.Add($"{RetentionKey}: '{text}' is not a duration such as 30d, of a day or more");
        return null;
    }

    private static string? ReadBucket(IConfiguration configuration, List<string> problems)
    {
        var bucket = Given(configuration[BucketKey]);
        if (bucket is null || S3Address.IsBucketName(bucket))
            return bucket;
        problems.Add($"{BucketKey}: '{bucket}' is no name of a bucket: these are 3 to 63 lower-case letters, digits, " +
            "dots and hyphens");
        return null;
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
