using System.Globalization;

namespace WorkerFleet.Benchmarks;

/// <summary>Prints what was measured beside what has to be reached.</summary>
internal static class Report
{
    private static bool _missed;

    public static int ExitCode => _missed ? 1 : 0;

    public static void Progress(string text) => Console.Error.WriteLine(text);

    /// <param name="name">What was measured.</param>
    /// <param name="values">One figure a round.</param>
    /// <param name="target">What the median has to be at least, or at most.</param>
    /// <param name="atLeast">Which of the two.</param>
    public static void Line(string name, IReadOnlyList<double> values, double target, bool atLeast)
    {
        var median = Median(values);
        var reached = atLeast ? median >= target : median <= target;
        _missed |= !reached;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{(reached ? "ok  " : "MISS")}  {Text(name, values)}, target {(atLeast ? "at least" : "at most")} {target}"));
    }

    /// <summary>What has no target.</summary>
    public static void Line(string name, IReadOnlyList<double> values) => Console.WriteLine($"      {Text(name, values)}");

    public static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Text(string name, IReadOnlyList<double> values) => string.Create(CultureInfo.InvariantCulture,
        $"{name}: median {Median(values):F3} of [{string.Join(", ", values.Select(v => v.ToString("F3", CultureInfo.InvariantCulture)))}]");
}
