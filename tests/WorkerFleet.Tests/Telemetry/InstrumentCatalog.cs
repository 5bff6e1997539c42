using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using WorkerFleet.Cli;

namespace WorkerFleet.Tests.Telemetry;

/// <summary>Every instrument that the product's assemblies make: those of the meters in their static fields.</summary>
internal static class InstrumentCatalog
{
    private const BindingFlags Statics =
        BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<Instrument> All()
    {
        var meters = new HashSet<Meter>();
        foreach (var assembly in Assemblies(typeof(FleetCli).Assembly))
            foreach (var type in assembly.GetTypes().Where(type => !type.ContainsGenericParameters))
                foreach (var field in type.GetFields(Statics).Where(field => field.FieldType == typeof(Meter)))
                {
                    RuntimeHelpers.RunClassConstructor(type.TypeHandle);
                    meters.Add((Meter)field.GetValue(null)!);
                }

        var instruments = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (meters.Contains(instrument.Meter))
                instruments.Add(instrument);
        };
        listener.Start();
        return instruments;
    }

    /// <summary>The executable's assembly, and those that it is made of.</summary>
    private static HashSet<Assembly> Assemblies(Assembly root)
    {
        var found = new HashSet<Assembly>();
        var open = new Stack<Assembly>([root]);
        while (open.TryPop(out var assembly))
            if (found.Add(assembly))
                foreach (var name in assembly.GetReferencedAssemblies())
                    if (name.Name!.StartsWith("WorkerFleet", StringComparison.Ordinal))
                        open.Push(Assembly.Load(name));
        return found;
    }
}
