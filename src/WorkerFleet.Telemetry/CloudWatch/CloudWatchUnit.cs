namespace WorkerFleet.Telemetry.CloudWatch;

/// <summary>CloudWatch's name for the unit of an instrument.</summary>
internal static class CloudWatchUnit
{
    public const string Count = "Count";
    public const string Seconds = "Seconds";
    public const string Milliseconds = "Milliseconds";
    public const string CountPerSecond = "Count/Second";
    public const string Percent = "Percent";

    private const string None = "None";

    public static string Of(string? unit)
    {
        if (unit is not { Length: > 0 })
            return None;
        // What is counted is said in braces, such as {call}; it is no unit.
        var (isCount, rest) = unit[0] == '{' && unit.IndexOf('}') is var end and > 0
            ? (true, unit[(end + 1)..])
            : (false, unit);
        return (isCount, rest) switch
        {
            (true, "") => Count,
            (true, "/s") => CountPerSecond,
            (false, "s") => Seconds,
            (false, "ms") => Milliseconds,
            (false, "us") => "Microseconds",
            (false, "By") => "Bytes",
            (false, "By/s") => "Bytes/Second",
            (false, "%") => Percent,
            _ => None,
        };
    }
}
