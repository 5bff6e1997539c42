using System.Reflection;
using Microsoft.Extensions.Logging;

namespace WorkerFleet.Tests.Telemetry;

public sealed class EventIdTests
{
    [Fact]
    public void LogLines_OfAllAssemblies_HaveIdsOfTheirOwn()
    {
        var ids = Directory.GetFiles(AppContext.BaseDirectory, "WorkerFleet*.dll").Append(typeof(WorkerFleet.Cli.CliContext).Assembly.Location)
            .Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => !name.EndsWith("Tests", StringComparison.Ordinal))
            .Select(Assembly.Load).SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Select(method => (Method: method, Line: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(found => found.Line is not null)
            .ToLookup(found => found.Line!.EventId, found => $"{found.Method.DeclaringType!.Name}.{found.Method.Name}");

        Assert.True(ids.Count > 50);
        Assert.Empty(ids.Where(id => id.Count() > 1).Select(id => $"{id.Key}: {string.Join(", ", id)}"));
    }
}
