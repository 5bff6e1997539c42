using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Storage;

namespace WorkerFleet.Tests.Fakes;

/// <summary>Makes calls of a store fail as if the disk were full.</summary>
internal sealed class Faults
{
    private readonly ConcurrentDictionary<string, int> _failing = new();
    private readonly TaskCompletionSource _dead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _callsToLive = int.MaxValue;

    /// <summary>Complete when the process is as good as dead.</summary>
    public Task Dead => _dead.Task;

    /// <summary>Runs before every call, with the method's name.</summary>
    public Action<string>? OnCall { get; set; }

    /// <summary>The next calls of methods of that name fail, before they do anything.</summary>
    public void FailNext(string method, int calls = 1) => _failing[method] = calls;

    /// <summary>
    /// After so many calls every call fails: whatever the process still does, nothing of it lasts, as if it had been killed
    /// between two lines.
    /// </summary>
    public void DieAfter(int calls) => Volatile.Write(ref _callsToLive, calls);

    /// <summary>Lets <typeparamref name="T"/>, as registered so far, fail when it is told to.</summary>
    public void Decorate<T>(IServiceCollection services)
        where T : class
    {
        var inner = services.Last(service => service.ServiceType == typeof(T)).ImplementationType!;
        services.AddSingleton(provider =>
        {
            var proxy = DispatchProxy.Create<T, Proxy<T>>();
            var injector = (Proxy<T>)(object)proxy;
            (injector.Inner, injector.Faults) = ((T)ActivatorUtilities.CreateInstance(provider, inner), this);
            return proxy;
        });
    }

    private void Check(string method)
    {
        OnCall?.Invoke(method);
        if (Interlocked.Decrement(ref _callsToLive) < 0)
        {
            _dead.TrySetResult();
            throw new StoreException(StoreFault.NotWritable, "The process is dead.");
        }

        while (_failing.TryGetValue(method, out var left) && left > 0)
            if (_failing.TryUpdate(method, left - 1, left))
                throw new StoreException(StoreFault.DiskFull, "The disk is full.");
    }

    [SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "DispatchProxy derives from it.")]
    internal class Proxy<T> : DispatchProxy
        where T : class
    {
        public T Inner { get; set; } = null!;

        public Faults Faults { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Faults.Check(targetMethod!.Name);
            return targetMethod.Invoke(Inner, BindingFlags.DoNotWrapExceptions, null, args, null);
        }
    }
}
