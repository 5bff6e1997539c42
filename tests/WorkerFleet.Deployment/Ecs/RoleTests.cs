using System.Text.Json.Nodes;
using static WorkerFleet.Deployment.Ecs.FleetTemplate;

namespace WorkerFleet.Deployment.Ecs;

public sealed class RoleTests
{
    private static readonly FleetTemplate Template = FleetTemplate.Whole;

    [Theory]
    [InlineData("RolesOrchestrator", "orchestrator", "queues", "invoker")]
    [InlineData("RolesWorker", "worker", "queues", "invoker", "ecs-task")]
    [InlineData("RolesApi", "submitter", "invoker")]
    public void Tasks_MayDoWhatTheFilesOfIamSayAndNothingElse(string role, params string[] files)
    {
        var properties = Template.One("AWS::IAM::Role", role);

        Assert.Equal(
            files.SelectMany(file => StatementsOf(File(file)))
                .Where(statement => Text(statement["Sid"]) != "QueuesMissing")
                .SelectMany(Grants).Order(StringComparer.Ordinal),
            properties["Policies"]!.AsArray().SelectMany(policy => StatementsOf(policy!["PolicyDocument"]!))
                .SelectMany(Grants).Order(StringComparer.Ordinal));
        Assert.Null(properties["ManagedPolicyArns"]);
        Assert.Equal(
            ["ecs-tasks.amazonaws.com"],
            StatementsOf(properties["AssumeRolePolicyDocument"]!).Select(each => Text(each["Principal"]!["Service"])));
    }

    [Fact]
    public void Tasks_AreConfinedToTheFleetsOwn()
    {
        var resources = StatementsOfAll().SelectMany(each => Texts(each["Resource"])).ToHashSet();

        Assert.Superset(
            new HashSet<string>
            {
                "arn:aws:dynamodb:eu-central-1:111122223333:table/whole-runs",
                "arn:aws:dynamodb:eu-central-1:111122223333:table/whole-journal/index/*",
                "arn:aws:sqs:eu-central-1:111122223333:whole-*",
                "arn:aws:s3:::whole-fleet/blobs/*",
                "arn:aws:s3:::my-data/in/*",
                "arn:aws:s3:::my-data/out/*",
                "arn:aws:ecs:eu-central-1:111122223333:task/Whole/*",
                "arn:aws:bedrock-agentcore:eu-central-1:111122223333:runtime/tickets-1",
            },
            resources);
        Assert.DoesNotContain(resources, resource => resource.Contains("fleet-runs", StringComparison.Ordinal));
    }

    [Fact]
    public void Statements_OfAnyRole_NameActionsAndResources()
    {
        foreach (var statement in StatementsOfAll())
        {
            var actions = Texts(statement["Action"]);
            Assert.DoesNotContain(actions, action => action.Contains('*', StringComparison.Ordinal));
            foreach (var resource in Texts(statement["Resource"]).Where(resource => resource.EndsWith('*')))
                // A token for the registry is of no resource; all else names what it is below.
                Assert.True(
                    resource == "*" ? actions is ["ecr:GetAuthorizationToken"] : IsBelowSomething(resource),
                    $"{string.Join(", ", actions)} on {resource}");
        }
    }

    [Fact]
    public void Small_WithoutSourcesAndResults_MayReadAndWriteNoOtherBucket()
    {
        var buckets = StatementsOfAll(FleetTemplate.Small).SelectMany(each => Texts(each["Resource"]))
            .Where(resource => resource.StartsWith("arn:aws:s3:", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(buckets);
        Assert.All(buckets, bucket => Assert.StartsWith("arn:aws:s3:::small-fleet", bucket, StringComparison.Ordinal));
        Assert.DoesNotContain("SOURCE_", FleetTemplate.Small.Json.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("RESULTS_", FleetTemplate.Small.Json.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Small_WithoutRuntimes_InvokesThoseOfTheAccountInTheRegion() => Assert.Contains(
        "arn:aws:bedrock-agentcore:eu-central-1:111122223333:runtime/*",
        StatementsOfAll(FleetTemplate.Small).SelectMany(each => Texts(each["Resource"])));

    private static bool IsBelowSomething(string resource) =>
        resource.Split(':', 6) is [_, _, _, _, _, { Length: > 1 } name] && name != "*/*";

    private static IEnumerable<JsonNode> StatementsOfAll(FleetTemplate? template = null)
    {
        template ??= Template;
        return template.Of("AWS::IAM::Role").Values.SelectMany(role => role["Properties"]!["Policies"]?.AsArray() ?? [])
            .Select(policy => policy!["PolicyDocument"]!)
            .Concat(template.Of("AWS::IAM::Policy").Values.Select(policy => policy["Properties"]!["PolicyDocument"]!))
            .SelectMany(StatementsOf);
    }

    private static IEnumerable<JsonNode> StatementsOf(JsonNode document) =>
        document["Statement"]!.AsArray().Select(each => each!);

    /// <summary>Statement and action; what is said of resources depends on the settings.</summary>
    private static IEnumerable<string> Grants(JsonNode statement)
    {
        Assert.Equal("Allow", Text(statement["Effect"]));
        return Texts(statement["Action"]).Select(action => $"{Text(statement["Sid"])} {action}");
    }

    private static JsonNode File(string name) =>
        JsonNode.Parse(System.IO.File.ReadAllText(Repository.PathOf($"deploy/iam/{name}.json")))!;
}
