using System.Reflection;
using MassTransit;

namespace WorkerFleet.Tests.Upgrade;

internal static class Handlers
{
    private static readonly MethodInfo Generic =
        typeof(Handlers).GetMethod(nameof(HandleOf), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>A handler of messages whose type is known at run time.</summary>
    public static void Handle(this IReceiveEndpointConfigurator endpoint, Type type, Action<object> take) =>
        Generic.MakeGenericMethod(type).Invoke(null, [endpoint, take]);

    private static void HandleOf<T>(IReceiveEndpointConfigurator endpoint, Action<object> take)
        where T : class => endpoint.Handler<T>(context =>
        {
            take(context.Message);
            return Task.CompletedTask;
        });
}
