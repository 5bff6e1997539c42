namespace WorkerFleet.Completions;

/// <summary>Events that agents write straight into the journal's table. A store that agents cannot reach has none.</summary>
public interface ICompletionFeed
{
    /// <summary>Events of that name that agents have written, of all sessions, by the agents' time.</summary>
    /// <param name="status">The event's name.</param>
    /// <param name="from">Not those before.</param>
    /// <param name="cancellationToken">Cancels.</param>
    IAsyncEnumerable<AgentEvent> ReadAsync(string status, DateTimeOffset from, CancellationToken cancellationToken);

    /// <summary>The event that says what became of the task of one session, if the agent has written one.</summary>
    Task<AgentEvent?> FindAsync(string session, CancellationToken cancellationToken);
}
