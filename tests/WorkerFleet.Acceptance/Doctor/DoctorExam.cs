using System.Text.Json;
using WorkerFleet.Acceptance.Processes;

namespace WorkerFleet.Acceptance.Doctor;

/// <summary>What <c>fleet doctor --json</c> said.</summary>
internal sealed record DoctorExam(FleetExit Exit)
{
    private const int Well = 0;
    private const int Failed = 3;

    private IReadOnlyList<JsonElement> Checks => [.. Exit.Json().GetProperty("checks").EnumerateArray()];

    public static async Task<DoctorExam> RunAsync(Workspace fleet, params string[] arguments) =>
        new(await fleet.RunAsync(["doctor", "--json", .. arguments]));

    /// <summary>Fails unless each of these was found, with cause and remedy, and the exit code fits all that was.</summary>
    public DoctorExam ShouldFind(params string[] codes)
    {
        foreach (var code in codes)
        {
            var found = Checks.Where(check => check.GetProperty("code").GetString() == code).ToList();
            Assert.True(found.Count > 0, $"{code} was not found. {Exit}");
            Assert.All(found, check => Assert.False(string.IsNullOrEmpty(check.GetProperty("cause").GetString())));
            Assert.All(found, check => Assert.False(string.IsNullOrEmpty(check.GetProperty("remedy").GetString())));
        }

        Exit.ShouldBe(Checks.Any(check => check.GetProperty("state").GetString() == "failed") ? Failed : Well);
        return this;
    }

    /// <summary>Fails unless all is well.</summary>
    public DoctorExam ShouldBeWell()
    {
        Exit.ShouldBe(Well);
        Assert.True(Checks.All(check => check.GetProperty("state").GetString() == "passed"), Exit.ToString());
        return this;
    }

    /// <summary>Fails unless the finding of this code says that, too.</summary>
    public DoctorExam ShouldSay(string code, string text)
    {
        Assert.True(
            Checks.Any(check => check.GetProperty("code").GetString() == code
                && check.GetProperty("finding").GetString()!.Contains(text, StringComparison.Ordinal)),
            $"{code} does not say '{text}'. {Exit}");
        return this;
    }
}
