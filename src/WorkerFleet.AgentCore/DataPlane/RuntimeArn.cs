using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace WorkerFleet.AgentCore.DataPlane;

/// <summary>Name of an AgentCore runtime: <c>arn:aws:bedrock-agentcore:{region}:{account}:runtime/{id}</c>.</summary>
internal sealed partial record RuntimeArn(string Partition, string Region, string Account, string Id)
{
    public override string ToString() => $"arn:{Partition}:bedrock-agentcore:{Region}:{Account}:runtime/{Id}";

    /// <param name="text">The ARN, without a version or an endpoint behind it.</param>
    /// <param name="arn">Its parts.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out RuntimeArn? arn)
    {
        var match = Whole().Match(text);
        arn = match.Success
            ? new(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value, match.Groups[4].Value)
            : null;
        return match.Success;
    }

    public static bool IsId(string text) => BareId().IsMatch(text);

    public static bool IsAccount(string text) => Digits().IsMatch(text);

    public static bool IsRegion(string text) => RegionName().IsMatch(text);

    // AWS's ids are a name, a hyphen and ten characters; looser, so that a later form of them is no error here.
    [GeneratedRegex(@"\Aarn:(aws[a-z-]{0,20}):bedrock-agentcore:([a-z0-9-]{1,40}):([0-9]{12}):runtime/([a-zA-Z0-9_-]{1,128})\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"\A[a-zA-Z0-9_-]{1,128}\z")]
    private static partial Regex BareId();

    [GeneratedRegex(@"\A[0-9]{12}\z")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\A[a-z0-9]+(-[a-z0-9]+)+\z")]
    private static partial Regex RegionName();
}
