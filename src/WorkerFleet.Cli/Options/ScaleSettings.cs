using Microsoft.Extensions.Configuration;
using WorkerFleet.Scaling;

namespace WorkerFleet.Cli.Options;

/// <summary>Section <c>Fleet:Scaling</c>, with durations as people write them.</summary>
internal static class ScaleSettings
{
    /// <exception cref="UserErrorException">The configuration is wrong; all of what is wrong with it.</exception>
    public static ScaleOptions Read(IConfiguration configuration)
    {
        var problems = new List<string>();
        var options = ScaleOptionsReader.Read(
            configuration, text => Durations.TryParse(text, out var duration) ? duration : null, problems);
        return problems.Count == 0 ? options : throw new UserErrorException(problems);
    }
}
