using WorkerFleet.Items;

namespace WorkerFleet.Workers;

/// <summary>Where a worker's heartbeat finds what it says; a process that works on no items has none.</summary>
public sealed record WorkerLoad(
    InvocationGovernor Governor, PressureGauge Pressure, InFlightItems Items, WorkerOptions Options);
