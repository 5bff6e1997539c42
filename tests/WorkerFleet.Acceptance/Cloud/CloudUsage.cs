using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using WorkerFleet.Acceptance.Fleet;

namespace WorkerFleet.Acceptance.Cloud;

/// <summary>What processes had of DynamoDB, by the lines that they end with.</summary>
/// <param name="Requests">All requests.</param>
/// <param name="WriteUnits">Write units.</param>
/// <param name="ReadUnits">Read units.</param>
/// <param name="Operations">Operations, each with its table.</param>
internal sealed partial record CloudUsage(
    double Requests, double WriteUnits, double ReadUnits, IReadOnlySet<(string Operation, string Table)> Operations)
{
    public static CloudUsage operator +(CloudUsage one, CloudUsage other) => new(
        one.Requests + other.Requests, one.WriteUnits + other.WriteUnits, one.ReadUnits + other.ReadUnits,
        one.Operations.Union(other.Operations).ToHashSet());

    /// <param name="member">Has been stopped.</param>
    public static CloudUsage Of(FleetMember member)
    {
        var line = Line().Match(member.Log);
        Assert.True(line.Success, $"{member.Name} did not say what it used:\n{member.Log}");
        var operations = Tables().Matches(member.Log).SelectMany(
            table => table.Groups[2].Value.Split(", "), (table, each) => (each.Split(' ')[0], table.Groups[1].Value));
        return new(Number(1), Number(2), Number(3), operations.ToHashSet());

        double Number(int group) => double.Parse(line.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <param name="member">Has been stopped.</param>
    public static IEnumerable<string> DetailsOf(FleetMember member) => Details().Matches(member.Log).Select(line => line.Value);

    /// <summary>Operations that a policy of <c>deploy/iam</c> does not allow.</summary>
    /// <param name="policy">The file.</param>
    /// <param name="names">The tables, as they are called there, by what they are called here.</param>
    public IEnumerable<string> NotAllowedBy(string policy, IReadOnlyDictionary<string, string> names)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(policy));
        var allowed = json.RootElement.GetProperty("Statement").EnumerateArray()
            .SelectMany(statement => Texts(statement.GetProperty("Resource")), (statement, resource) => (statement, resource))
            .SelectMany(each => Texts(each.statement.GetProperty("Action")), (each, action) => (action, each.resource))
            .ToHashSet();
        foreach (var (operation, table) in Operations)
        {
            var action = operation switch
            {
                "BatchExecuteStatement" => "dynamodb:PartiQLInsert",
                // Its parts are what has to be allowed.
                "TransactWriteItems" => "dynamodb:PutItem",
                _ => $"dynamodb:{operation}",
            };
            if (!allowed.Any(each => each.action == action
                && (each.resource.EndsWith($"table/{names[table]}", StringComparison.Ordinal)
                    || each.resource.EndsWith($"table/{names[table]}/index/*", StringComparison.Ordinal))))
                yield return $"{action} on {names[table]}";
        }
    }

    private static IEnumerable<string> Texts(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().Select(each => each.GetString()!)
        : [element.GetString()!];

    [GeneratedRegex(@"DynamoDB: (\d+) requests, ([\d.]+) write units, ([\d.]+) read units")]
    private static partial Regex Line();

    [GeneratedRegex(@"DynamoDB (?:table|repeats).*")]
    private static partial Regex Details();

    [GeneratedRegex(@"DynamoDB table (\S+): (\w+ \d+(?:, \w+ \d+)*)")]
    private static partial Regex Tables();
}
