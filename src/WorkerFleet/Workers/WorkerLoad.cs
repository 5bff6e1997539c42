using WorkerFleet.Items;

namespace WorkerFleet.Workers;

/// <summary>Where a worker's heartbeat finds what it says; a process that works on no items has none.</summary>
/// <param name="Guard">Null where the platform cannot be asked to spare the process.</param>
public sealed record WorkerLoad(
    InvocationGovernor Governor, PressureGauge Pressure, InFlightItems Items, WorkerOptions Options,
    ScaleInGuard? Guard = null);
