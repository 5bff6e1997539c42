using System.Reflection;
using OpenTelemetry.Resources;
using WorkerFleet.Workers;

namespace WorkerFleet.Telemetry;

/// <summary>What all telemetry of a process says of where it comes from.</summary>
internal static class ExportedResource
{
    public const string ServiceName = "workerfleet";

    public static string Version { get; } = typeof(ExportedResource).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary><c>OTEL_SERVICE_NAME</c> and <c>OTEL_RESOURCE_ATTRIBUTES</c> come last, and so win.</summary>
    public static void Describe(ResourceBuilder resource, ExportingProcess process, WorkerIdentity identity) => resource
        .Clear()
        .AddService(
            ServiceName, serviceVersion: Version, autoGenerateServiceInstanceId: false, serviceInstanceId: identity.Id)
        .AddAttributes(
        [
            new("host.name", Environment.MachineName),
            new("process.pid", (long)Environment.ProcessId),
            new("workerfleet.role", process.Role),
        ])
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
