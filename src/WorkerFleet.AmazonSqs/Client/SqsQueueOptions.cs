namespace WorkerFleet.AmazonSqs.Client;

/// <summary>How what is done to the messages of one queue gathers in requests.</summary>
public sealed record SqsQueueOptions
{
    /// <summary>
    /// How long a message to send waits for others while requests are under way and fewer than ten are there. Zero or
    /// more; 5 ms by default. Longer: fuller requests at middling load, for so much latency. It never waits while
    /// nothing is under way.
    /// </summary>
    public TimeSpan SendLinger
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// How long a message to delete waits for others, at any load, since nobody's work waits for it. Zero or more; 50
    /// ms by default, which fills requests from 200 messages a second on. Far below every visibility timeout, or
    /// messages come again.
    /// </summary>
    public TimeSpan DeleteLinger
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromSeconds(5));
            field = value;
        }
    } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Send requests under way at a time. 1 to 64; 16 by default: 10,000 messages a second at 15 ms a request. A FIFO
    /// queue has one, whatever this says, so that messages arrive in the order in which they were sent.
    /// </summary>
    public int SendSlots
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 64);
            field = value;
        }
    } = 16;

    /// <summary>Delete requests under way at a time, and as many for visibility. 1 to 64; 8 by default.</summary>
    public int SettleSlots
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 64);
            field = value;
        }
    } = 8;

    /// <summary>How long a stop waits for what is still to be sent or deleted. Zero or more; 10 s by default.</summary>
    public TimeSpan FlushLimit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(10);
}
