using MassTransit;

namespace WorkerFleet.Tests.Fakes;

/// <summary>Connected to a bus, makes sends fail as if the broker were away.</summary>
internal sealed class FailingSend(Exception fault, Func<object, bool>? which = null) : ISendObserver
{
    public Task PreSend<T>(SendContext<T> context)
        where T : class => which?.Invoke(context.Message) == false ? Task.CompletedTask : Task.FromException(fault);

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}
