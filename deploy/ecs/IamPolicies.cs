using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Amazon.CDK;
using Amazon.CDK.AWS.IAM;

namespace WorkerFleet.Ecs;

/// <summary>The files of <c>deploy/iam</c>, with what is in capitals replaced as their README says.</summary>
internal sealed partial class IamPolicies(FleetSettings settings, Stack stack)
{
    private readonly Dictionary<string, string?> _places = new()
    {
        ["REGION"] = stack.Region,
        ["ACCOUNT"] = stack.Account,
        ["CLUSTER"] = settings.StackName,
        ["BUCKET"] = settings.Bucket,
        ["SOURCE_BUCKET"] = settings.Sources?.Split('/', 2)[0],
        ["SOURCE_PREFIX"] = settings.Sources?.Split('/', 2)[1],
        ["RESULTS_BUCKET"] = settings.Results?.Split('/', 2)[0],
        ["RESULTS_PREFIX"] = settings.Results?.Split('/', 2)[1],
    };

    public PolicyDocument Read(string file)
    {
        using var stream = typeof(IamPolicies).Assembly.GetManifestResourceStream($"{file}.json")
            ?? throw new InvalidOperationException($"deploy/iam/{file}.json is missing.");
        var document = JsonNode.Parse(stream)!.AsObject();
        var statements = document["Statement"]!.AsArray();
        foreach (var statement in statements.ToList().Where(statement => IsLeftOut(statement!)))
            statements.Remove(statement);
        if (file == "invoker" && settings.Runtimes.Count > 0)
            foreach (var statement in statements)
                statement!["Resource"] = new JsonArray(
                    [.. settings.Runtimes.SelectMany(arn => new JsonNode[] { arn, $"{arn}/*" })]);
        return PolicyDocument.FromJson(ToObject(document)!);
    }

    /// <summary>The stack makes the queues; and where nothing is said of sources or results, there are none.</summary>
    private bool IsLeftOut(JsonNode statement)
    {
        var name = statement["Sid"]!.GetValue<string>();
        return name == "QueuesMissing"
            || (settings.Sources is null && name.StartsWith("Sources", StringComparison.Ordinal))
            || (settings.Results is null && name.StartsWith("Results", StringComparison.Ordinal));
    }

    private object? ToObject(JsonNode? node) => node switch
    {
        JsonObject values => values.ToDictionary(each => each.Key, each => ToObject(each.Value)!),
        JsonArray values => values.Select(ToObject).ToArray(),
        null => null,
        _ => Fill(node.GetValue<string>()),
    };

    private string Fill(string text)
    {
        text = Place().Replace(text, match => _places[match.Value]
            ?? throw new InvalidOperationException($"There is no value for {match.Value} in '{text}'."));
        return OwnName().Replace(text, settings.Prefix);
    }

    [GeneratedRegex("(?<![A-Z_])"
        + "(?:SOURCE_BUCKET|SOURCE_PREFIX|RESULTS_BUCKET|RESULTS_PREFIX|REGION|ACCOUNT|CLUSTER|BUCKET)(?![A-Z_])")]
    private static partial Regex Place();

    /// <summary>What the names of tables and queues begin with in the files.</summary>
    [GeneratedRegex(@"(?<=[:/])fleet-(?=runs|journal|\*)")]
    private static partial Regex OwnName();
}
