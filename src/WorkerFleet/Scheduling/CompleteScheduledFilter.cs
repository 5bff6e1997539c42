using MassTransit;

namespace WorkerFleet.Scheduling;

/// <summary>
/// Deletes a message that came from the schedule once it has been handled. One that was not, or was put anew meanwhile,
/// stays.
/// </summary>
public sealed class CompleteScheduledFilter(ISchedule schedule) : IFilter<ConsumeContext>
{
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        await next.Send(context);
        if (ScheduledDelivery.Read(context.Headers) is { } claim)
            await schedule.CompleteAsync([claim], context.CancellationToken);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("completeScheduled");
}
