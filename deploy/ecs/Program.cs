using Amazon.CDK;
using WorkerFleet.Ecs;

// `cdk` runs this from the folder of cdk.json.
var path = System.Environment.GetEnvironmentVariable("FLEET_SETTINGS") is { Length: > 0 } given ? given : "fleet.json";
var problems = new List<string>();
if (FleetSettingsReader.ReadFile(path, problems) is not { } settings)
{
    foreach (var problem in problems)
        Console.Error.WriteLine($"error: {problem}");
    return 2;
}

var app = new App();
_ = new FleetDeployment(app, settings.StackName, settings, new StackProps
{
    Env = new Amazon.CDK.Environment
    {
        Account = System.Environment.GetEnvironmentVariable("CDK_DEFAULT_ACCOUNT"),
        Region = System.Environment.GetEnvironmentVariable("CDK_DEFAULT_REGION"),
    },
});
app.Synth();
return 0;
