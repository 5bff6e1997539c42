namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>
/// How long to wait between receives so that each brings as many messages as a request can: a little longer after one that
/// brought fewer, a little less after one that was full. No wait is left where a queue has more than one request brings.
/// </summary>
/// <param name="longest">The longest pause; zero for none at all.</param>
internal sealed class ReceivePace(TimeSpan longest)
{
    private const double Longer = 1.25;
    private const double Shorter = 0.8;
    private const int FullInARow = 8;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private TimeSpan _pause = TimeSpan.Zero;
    private int _fullInARow;

    /// <summary>
    /// Whether another request at the same time is worth it: after each eight in a row that were full, at full speed. Fewer
    /// show nothing where messages come in bursts, at the end of which each further request finds nothing.
    /// </summary>
    public bool WantsMore
    {
        get
        {
            lock (_lock)
                return _pause < Step && _fullInARow > 0 && _fullInARow % FullInARow == 0;
        }
    }

    /// <param name="wanted">Messages that a receive asked for.</param>
    /// <param name="received">Messages that it brought.</param>
    /// <returns>How long to wait before the next.</returns>
    public TimeSpan After(int wanted, int received)
    {
        lock (_lock)
        {
            _fullInARow = received == wanted ? _fullInARow + 1 : 0;
            if (received == 0)
                // It has waited long enough.
                return TimeSpan.Zero;
            var pause = received < wanted ? (_pause * Longer) + Step : _pause * Shorter;
            return _pause = pause < longest ? pause : longest;
        }
    }
}
