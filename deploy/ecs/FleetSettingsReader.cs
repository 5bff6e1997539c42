using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace WorkerFleet.Ecs;

/// <summary>Reads <see cref="FleetSettings"/>: all problems at once, each naming its key.</summary>
internal static partial class FleetSettingsReader
{
    private static readonly int[] LogDays = [1, 3, 7, 14, 30, 90, 180, 365];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        IgnoreReadOnlyProperties = true,
        RespectNullableAnnotations = true,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <returns>Null when there are problems.</returns>
    public static FleetSettings? ReadFile(string path, ICollection<string> problems)
    {
        try
        {
            return Read(File.ReadAllText(path), path, problems);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path}: cannot be read ({exception.Message}); copy fleet.example.json to it, or name " +
                "another file in the variable FLEET_SETTINGS");
            return null;
        }
    }

    /// <param name="text">JSON.</param>
    /// <param name="path">Where it is from, for messages.</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <returns>Null when there are problems.</returns>
    public static FleetSettings? Read(string text, string path, ICollection<string> problems)
    {
        FleetSettings? settings;
        try
        {
            settings = JsonSerializer.Deserialize<FleetSettings>(text, Json);
        }
        catch (JsonException exception)
        {
            problems.Add($"{path}: {exception.Message}");
            return null;
        }

        if (settings is null)
        {
            problems.Add($"{path}: has to be an object");
            return null;
        }

        var found = ProblemsOf(settings).ToList();
        foreach (var problem in found)
            problems.Add($"{path}: {problem}");
        return found.Count == 0 ? settings : null;
    }

    private static IEnumerable<string> ProblemsOf(FleetSettings settings)
    {
        if (!BucketName().IsMatch(settings.Bucket))
            yield return "bucket: has to be the name of a bucket, 3 to 63 lower-case letters, digits, dots and hyphens";
        if (!StackName().IsMatch(settings.StackName))
            yield return "stackName: has to be letters, digits and hyphens, a letter first, at most 60";
        if (!Prefix().IsMatch(settings.Prefix))
            yield return "prefix: has to be letters, digits, '-' and '_', at most 50";
        if (settings.VpcId is { } vpc && !vpc.StartsWith("vpc-", StringComparison.Ordinal))
            yield return $"vpcId: '{vpc}' is not an id such as vpc-0123456789abcdef0";
        foreach (var (key, value, least, most) in Ranges(settings))
            if (value < least || value > most)
                yield return $"{key}: {value} is not from {least} to {most}";
        if (settings.MinWorkers > settings.MaxWorkers)
            yield return $"minWorkers: {settings.MinWorkers} is more than maxWorkers, {settings.MaxWorkers}";
        if (!LogDays.Contains(settings.LogDays))
            yield return $"logDays: {settings.LogDays} is not one of {string.Join(", ", LogDays)}";
        if (settings is { Api: true, Certificate: null })
            yield return "certificate: is missing, which the API needs: the ARN of one in Certificate Manager";
        foreach (var (key, place) in new[] { ("sources", settings.Sources), ("results", settings.Results) })
            if (place is not null && !Place().IsMatch(place))
                yield return $"{key}: '{place}' is not bucket/prefix, such as my-data/in";
        foreach (var name in settings.Environment.Keys.Concat(settings.Secrets.Keys))
            if (!Variable().IsMatch(name))
                yield return $"environment: '{name}' is no name of a variable";
        foreach (var name in settings.Environment.Keys.Where(name => Secret().IsMatch(name)))
            yield return $"environment: {name} looks like a secret, and would be readable in the task definition; " +
                "put it into Secrets Manager, and its name into secrets";
        foreach (var name in settings.Environment.Keys.Intersect(settings.Secrets.Keys))
            yield return $"secrets: {name} is in environment, too";
    }

    private static IEnumerable<(string Key, int Value, int Least, int Most)> Ranges(FleetSettings settings) =>
    [
        ("natGateways", settings.NatGateways, 1, 2),
        ("orchestrators", settings.Orchestrators, 1, 10),
        ("minWorkers", settings.MinWorkers, 1, 1_000),
        ("maxWorkers", settings.MaxWorkers, 1, 1_000),
        ("workerConcurrency", settings.WorkerConcurrency, 1, 10_000),
        ("backlogPerWorker", settings.BacklogPerWorker, 1, 1_000_000),
        ("workerCpu", settings.WorkerCpu, 256, 4_096),
        ("workerMemory", settings.WorkerMemory, 512, 30_720),
        ("oldestItemMinutes", settings.OldestItemMinutes, 5, 20_000),
        .. settings.Ports.Select(port => ("ports", port, 1, 65_535)),
    ];

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z")]
    private static partial Regex BucketName();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9-]{0,59}\z")]
    private static partial Regex StackName();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,50}\z")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^*?]*[^*?/]\z")]
    private static partial Regex Place();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex Variable();

    [GeneratedRegex(@"(?:TOKEN|SECRET|PASSWORD|AUTHORIZATION|API_?KEY|ACCESS_KEY)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
