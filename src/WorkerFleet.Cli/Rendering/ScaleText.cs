using WorkerFleet.Cli.Options;
using WorkerFleet.Scaling;

namespace WorkerFleet.Cli.Rendering;

/// <summary>How many workers are wanted, and why, as a line for people.</summary>
internal static class ScaleText
{
    public static string Of(ScaleReading scale)
    {
        if (scale.Backlog == 0)
            return "Nothing waits: no worker is wanted.";
        var perWorker = scale.Workers == 0
            ? "and no worker"
            : $"{Figures.Count((long)Math.Ceiling(scale.BacklogPerWorker))} a worker";
        var feeds = scale.Useful is { } useful ? $"; the agents' limits feed {Workers(useful)}" : "";
        var eta = scale.Eta is { } time ? $" Done in about {Durations.Format(time)} at this pace." : "";
        return $"Backlog: {Figures.Count(scale.Backlog)} rows, {perWorker}. Wanted: {Workers(scale.Wanted)}{feeds}.{eta}";
    }

    private static string Workers(int count) => Figures.Count(count, "worker");
}
