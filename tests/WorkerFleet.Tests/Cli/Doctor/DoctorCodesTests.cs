using System.Text.Json;
using System.Text.RegularExpressions;
using WorkerFleet.Cli.Doctor;
using WorkerFleet.Cli.Doctor.Checks;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <summary>What can be found, in the code, in the tests and in the docs.</summary>
public sealed partial class DoctorCodesTests
{
    [Fact]
    public void Codes_Each_IsProvokedByACase() => Assert.Equal(
        DoctorCodes.All.Select(code => code.Code).Order(StringComparer.Ordinal),
        DoctorCases.All.Select(each => each.Code.Code).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Codes_All_AreListedOnce()
    {
        var declared = typeof(DoctorCodes).GetFields().Where(field => field.FieldType == typeof(DoctorCode))
            .Select(field => ((DoctorCode)field.GetValue(null)!).Code);

        Assert.Equal(
            declared.Order(StringComparer.Ordinal), DoctorCodes.All.Select(code => code.Code).Order(StringComparer.Ordinal));
        Assert.Equal(DoctorCodes.All.Count, DoctorCodes.All.DistinctBy(code => code.Code).Count());
        Assert.All(DoctorCodes.All, code => Assert.Contains(code.Code.Split('.')[0], DoctorSetup.Ids.Append("doctor")));
    }

    [Fact]
    public void Docs_TableOfCodes_SaysWhatTheCodeSays() => Assert.Equal(
        DoctorCodes.All.Select(code =>
            $"| `{code.Code}` | {code.State.ToString().ToLowerInvariant()} | {code.Cause} | {code.Remedy} |"),
        File.ReadLines(Path.Combine(Repository, "docs", "doctor.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal)
            && CodeRow().IsMatch(line)));

    [Fact]
    public async Task Permissions_TriedActions_AreThoseOfThePolicyForIt()
    {
        using var policy = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(Repository, "deploy", "iam", "submitter.json")));
        var allowed = policy.RootElement.GetProperty("Statement").EnumerateArray()
            .SelectMany(statement => statement.GetProperty("Action").EnumerateArray()).Select(action => action.GetString()!).ToHashSet();
        await using var server = new AwsServer(_ => AwsServer.Refuse("AccessDeniedException"));

        var found = await DoctorCase.RunAsync(new PermissionsCheck(
            server.DynamoDb, "my-bucket", () => RefusingS3.With("AccessDenied", System.Net.HttpStatusCode.Forbidden),
            new AwsCheck(isUsed: true, _ => Task.FromResult<string?>(null)), isAsked: true, FixedTime.Instance));

        // S3's GetObject is tried where something could be put, alone.
        Assert.Equal(16, found.Count);
        Assert.All(found, finding => Assert.Contains(finding.Text.Split(' ')[0], allowed));
    }

    private static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "WorkerFleet.sln")))
                folder = folder.Parent ?? throw new InvalidOperationException("WorkerFleet.sln is in no folder above the tests.");
            return folder.FullName;
        }
    }

    [GeneratedRegex(@"^\| `[a-z]+\.[a-z-]+` \|")]
    private static partial Regex CodeRow();
}
