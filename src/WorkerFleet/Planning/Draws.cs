namespace WorkerFleet.Planning;

/// <summary>
/// Random numbers that hang on the row and the attempt alone, so that plans of the same batch differ by what was
/// changed in it and not by chance, and the same plan is the same twice.
/// </summary>
internal readonly struct Draws(int seed)
{
    public enum Kind
    {
        Agent = 1,
        Refused,
        Outcome,
        RetryAfter,
        Delay,
        Radius,
        Angle,
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Share(Kind kind, long row, int call = 0) =>
        (Mix(Mix(Mix(Mix((ulong)seed) + (ulong)kind) + (ulong)row) + (ulong)call) >> 11) * (1.0 / (1UL << 53));

    /// <summary>From a normal distribution: Box and Muller's transform of two uniform draws.</summary>
    public double Deviation(long row, int call) =>
        Math.Sqrt(-2 * Math.Log(1 - Share(Kind.Radius, row, call)))
            * Math.Cos(2 * Math.PI * Share(Kind.Angle, row, call));

    /// <summary>SplitMix64's step (Steele, Lea and Flood 2014).</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
