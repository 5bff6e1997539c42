using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Fakes;

/// <summary>Leases without time: held until they are released.</summary>
internal sealed class InMemoryLeases : ILeases
{
    public Dictionary<string, string> Holders { get; } = [];

    /// <summary>How often somebody asked in vain.</summary>
    public int Refused { get; private set; }

    public Task<bool> TryTakeAsync(
        string name, string holder, DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken)
    {
        var taken = Holders.TryAdd(name, holder) || Holders[name] == holder;
        if (!taken)
            Refused++;
        return Task.FromResult(taken);
    }

    public Task ReleaseAsync(string name, string holder, CancellationToken cancellationToken)
    {
        if (Holders.GetValueOrDefault(name) == holder)
            Holders.Remove(name);
        return Task.CompletedTask;
    }
}
