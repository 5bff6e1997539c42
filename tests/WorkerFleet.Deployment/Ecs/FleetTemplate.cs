using System.Text.Json.Nodes;
using Amazon.CDK;
using WorkerFleet.Ecs;

namespace WorkerFleet.Deployment.Ecs;

/// <summary>
/// What is deployed, as CloudFormation gets it. CDK's own program takes seconds to start, so that each template is made once
/// for all tests.
/// </summary>
internal sealed class FleetTemplate
{
    public const string Region = "eu-central-1";
    public const string Account = "111122223333";

    private static readonly Lazy<FleetTemplate> SmallOne = new(() => new(new() { Bucket = "small-fleet", Image = "fleet:1" }));
    private static readonly Lazy<FleetTemplate> WholeOne = new(() => new(WholeSettings));

    private FleetTemplate(FleetSettings settings)
    {
        Settings = settings;
        var folder = Directory.CreateTempSubdirectory("fleet-cdk-").FullName;
        try
        {
            var app = new App(new AppProps { Outdir = folder, AnalyticsReporting = false, TreeMetadata = false });
            _ = new FleetDeployment(app, settings.StackName, settings);
            app.Synth();
            Json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, $"{settings.StackName}.template.json")))!.AsObject();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>With nothing but what has to be set.</summary>
    public static FleetTemplate Small => SmallOne.Value;

    /// <summary>With all that can be set.</summary>
    public static FleetTemplate Whole => WholeOne.Value;

    public FleetSettings Settings { get; }

    public JsonObject Json { get; }

    private static FleetSettings WholeSettings => new()
    {
        Bucket = "whole-fleet",
        StackName = "Whole",
        Prefix = "whole-",
        Image = $"{Account}.dkr.ecr.{Region}.amazonaws.com/fleet@sha256:{new string('a', 64)}",
        Ports = [443, 8_443],
        Orchestrators = 3,
        MinWorkers = 2,
        MaxWorkers = 40,
        WorkerConcurrency = 50,
        BacklogPerWorker = 400,
        Api = true,
        Certificate = $"arn:aws:acm:{Region}:{Account}:certificate/1",
        Environment = new Dictionary<string, string> { ["FLEET__AGENTS__tickets__TYPE"] = "agentcore" },
        Secrets = new Dictionary<string, string>
        {
            ["FLEET__AGENTS__partner__AUTH__TOKEN"] = "fleet/partner:token",
            ["FLEET__AGENTS__other__AUTH__TOKEN"] = "fleet/other",
        },
        Sources = "my-data/in",
        Results = "my-data/out",
        Runtimes = [$"arn:aws:bedrock-agentcore:{Region}:{Account}:runtime/tickets-1"],
        AlarmEmail = "oncall@example.com",
        LogDays = 90,
    };

    /// <summary>All resources of a type, by their ids.</summary>
    public IReadOnlyDictionary<string, JsonObject> Of(string type) => Json["Resources"]!.AsObject()
        .Where(each => each.Value!["Type"]!.GetValue<string>() == type)
        .ToDictionary(each => each.Key, each => each.Value!.AsObject());

    /// <summary>The properties of the one resource whose id begins so.</summary>
    public JsonObject One(string type, string id) =>
        Of(type).Single(each => each.Key.StartsWith(id, StringComparison.Ordinal)).Value["Properties"]!.AsObject();

    /// <summary>
    /// A value with what CloudFormation would put in for references to the place it is deployed to, as text.
    /// </summary>
    public static string Text(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value => value.ToString(),
        JsonObject { Count: 1 } reference when reference["Ref"] is { } name => name.GetValue<string>() switch
        {
            "AWS::Region" => Region,
            "AWS::AccountId" => Account,
            "AWS::Partition" => "aws",
            "AWS::URLSuffix" => "amazonaws.com",
            var other => $"<{other}>",
        },
        JsonObject { Count: 1 } join when join["Fn::Join"] is JsonArray parts =>
            string.Join(Text(parts[0]), parts[1]!.AsArray().Select(Text)),
        JsonObject { Count: 1 } attribute when attribute["Fn::GetAtt"] is JsonArray path =>
            $"<{string.Join('.', path.Select(Text))}>",
        _ => node.ToJsonString(),
    };

    /// <summary>One text or several, as a list.</summary>
    public static IReadOnlyList<string> Texts(JsonNode? node) =>
        node is JsonArray many ? [.. many.Select(Text)] : node is null ? [] : [Text(node)];
}
