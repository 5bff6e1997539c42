namespace WorkerFleet.Workers;

/// <summary>
/// Lets a key's waiters through a <see cref="FairGate"/> by more than the number of places: by time, say. Asked under the
/// gate's lock; whoever opens it has the gate look again (<see cref="FairGate.Recheck"/>).
/// </summary>
public interface IGateValve
{
    /// <summary>Whether one more may go in now.</summary>
    bool IsOpen { get; }

    /// <summary>One has gone in.</summary>
    void OnTaken();
}
