namespace WorkerFleet.Cli.Doctor;

/// <summary>Collects what one check finds.</summary>
internal sealed class Findings(string id, string name)
{
    /// <summary>Of a kind, so that a thousand batches do not bury the rest.</summary>
    public const int MostOfAKind = 20;

    private readonly List<Finding> _all = [];
    private readonly Dictionary<string, int> _left = [];

    public IReadOnlyList<Finding> All =>
        [.. _all.Select(finding => _left.TryGetValue(finding.Code, out var left)
            && ReferenceEquals(finding, _all.FindLast(other => other.Code == finding.Code))
            ? finding with { Text = $"{finding.Text} (and {left} more like this)" }
            : finding)];

    public void Pass(string text) => _all.Add(new($"{id}.ok", name, CheckState.Passed, text));

    /// <param name="code">What is wrong.</param>
    /// <param name="text">What was found.</param>
    /// <param name="remedy">What to do, more exactly than the code has it.</param>
    public void Add(DoctorCode code, string text, string? remedy = null)
    {
        if (_all.Count(finding => finding.Code == code.Code) < MostOfAKind)
            _all.Add(new(code.Code, name, code.State, text, code.Cause, remedy ?? code.Remedy));
        else
            _left[code.Code] = _left.GetValueOrDefault(code.Code) + 1;
    }
}
