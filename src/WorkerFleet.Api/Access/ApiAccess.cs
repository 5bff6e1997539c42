using WorkerFleet.Access;
using WorkerFleet.Api.Hosting;

namespace WorkerFleet.Api.Access;

/// <summary>What has to be so before an API may listen.</summary>
public static class ApiAccess
{
    /// <summary>Why it may not be served yet, for a person; null when it may.</summary>
    /// <param name="options">Where it is to be served.</param>
    /// <param name="keys">The keys there are.</param>
    /// <param name="now">The time.</param>
    /// <param name="program">What the user calls this program by.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<string?> ProblemOfAsync(
        ApiOptions options, IApiKeys keys, DateTimeOffset now, string program, CancellationToken cancellationToken)
    {
        if (options.IsLoopback || (await keys.ListAsync(cancellationToken)).Any(key => key.IsUsable(now)))
            return null;
        return $"{ApiOptions.Section}:Host: {options.Address} can be reached from elsewhere, and there is no API key " +
            $"that is good: make one with '{program} keys create --all-owners --scopes " +
            $"{string.Join(',', Scopes.All)}', or serve it on localhost, where none is needed";
    }
}
