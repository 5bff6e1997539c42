namespace WorkerFleet.Storage;

/// <summary>
/// The store could not do what was asked. Whether a write took effect is in doubt where the disk itself failed; every
/// write may be repeated.
/// </summary>
/// <param name="fault">The class of the problem.</param>
/// <param name="message">One line for a person: what is wrong, where, and what to do.</param>
/// <param name="inner">What was caught, if anything was.</param>
public sealed class StoreException(StoreFault fault, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public StoreFault Fault { get; } = fault;
}
