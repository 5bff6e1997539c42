using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Messaging;

public sealed class FleetBusTests
{
    [Fact]
    public async Task Send_QueueThatWasOutOfReach_IsReachedTheNextTime()
    {
        await using var services = new ServiceCollection()
            .AddMassTransitTestHarness(bus => bus.UsingInMemory())
            .BuildServiceProvider(validateScopes: true);
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var watch = new BusWatch(harness.Bus);
        var proxy = DispatchProxy.Create<IBus, UnreachableAtFirst>();
        ((UnreachableAtFirst)(object)proxy).Bus = harness.Bus;
        var bus = new FleetBus(proxy);
        var message = new PauseBatch(Guid.CreateVersion7());

        await Assert.ThrowsAsync<IOException>(() => bus.SendAsync("batches", message, CancellationToken.None));
        await bus.SendAsync("batches", message, CancellationToken.None);

        Assert.Equal([message], watch.Sent<PauseBatch>());
    }

    [SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "DispatchProxy derives from it.")]
    internal class UnreachableAtFirst : DispatchProxy
    {
        private bool _tried;

        public IBus Bus { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (!_tried && targetMethod!.Name == nameof(IBus.GetSendEndpoint))
            {
                _tried = true;
                return Task.FromException<ISendEndpoint>(new IOException("no broker"));
            }

            return targetMethod!.Invoke(Bus, args);
        }
    }
}
