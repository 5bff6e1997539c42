using MassTransit;
using MassTransit.Configuration;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Saga;

namespace WorkerFleet.Batches;

/// <summary>Lets MassTransit load and store batches through <see cref="IBatchStore"/>, with optimistic concurrency.</summary>
public sealed class BatchSagaRepository(
    IBatchStore store, BatchDirectory directory, ISagaConsumeContextFactory<IBatchStore, BatchState> contextFactory)
    : ISagaRepositoryContextFactory<BatchState>, ILoadSagaRepositoryContextFactory<BatchState>
{
    public static void Register(ISagaRegistrationConfigurator<BatchState> configurator) =>
        configurator.Repository(registration =>
        {
            registration.RegisterLoadSagaRepository<BatchState, BatchSagaRepository>();
            registration.RegisterSagaRepository<BatchState, IBatchStore,
                SagaConsumeContextFactory<IBatchStore, BatchState>, BatchSagaRepository>();
        });

    public void Probe(ProbeContext context) => context.Add("persistence", "batch-store");

    public Task<T> Execute<T>(
        Func<LoadSagaRepositoryContext<BatchState>, Task<T>> asyncMethod, CancellationToken cancellationToken)
        where T : class => asyncMethod(new LoadContext(store, cancellationToken));

    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<BatchState, T>> next)
        where T : class => next.Send(new RepositoryContext<T>(store, directory, context, contextFactory));

    public Task SendQuery<T>(
        ConsumeContext<T> context, ISagaQuery<BatchState> query,
        IPipe<SagaRepositoryQueryContext<BatchState, T>> next)
        where T : class =>
        throw new NotSupportedException("Batches are correlated by their id alone.");

    private sealed class LoadContext(IBatchStore store, CancellationToken cancellationToken)
        : BasePipeContext(cancellationToken), LoadSagaRepositoryContext<BatchState>
    {
        public Task<BatchState> Load(Guid correlationId) => store.FindAsync(correlationId, CancellationToken)!;
    }

    private sealed class RepositoryContext<T>(
        IBatchStore store, BatchDirectory directory, ConsumeContext<T> consumeContext,
        ISagaConsumeContextFactory<IBatchStore, BatchState> factory)
        : ConsumeContextScope<T>(consumeContext), SagaRepositoryContext<BatchState, T>
        where T : class
    {
        private readonly ConsumeContext<T> _consumeContext = consumeContext;
        private string? _statusBefore;

        public Task<SagaConsumeContext<BatchState, T>> Add(BatchState instance) =>
            factory.CreateSagaConsumeContext(store, _consumeContext, instance, SagaConsumeContextMode.Add);

        public async Task<SagaConsumeContext<BatchState, T>> Insert(BatchState instance)
        {
            await store.InsertAsync(instance, CancellationToken);
            return await factory.CreateSagaConsumeContext(
                store, _consumeContext, instance, SagaConsumeContextMode.Insert);
        }

        public async Task<SagaConsumeContext<BatchState, T>> Load(Guid correlationId)
        {
            var instance = await store.FindAsync(correlationId, CancellationToken);
            _statusBefore = instance?.CurrentState;
            return instance is null
                ? null!
                : await factory.CreateSagaConsumeContext(
                    store, _consumeContext, instance, SagaConsumeContextMode.Load);
        }

        public Task Save(SagaConsumeContext<BatchState> context) =>
            store.InsertAsync(context.Saga, CancellationToken);

        public async Task Update(SagaConsumeContext<BatchState> context)
        {
            var expected = context.Saga.Version++;
            await store.UpdateAsync(context.Saga, expected, CancellationToken);
            directory.Take(context.Saga);
            // Behind the update, which fails where another process was first: so it is counted once.
            if (_statusBefore is { } before && !BatchStatus.IsFinal(before)
                && BatchStatus.IsFinal(context.Saga.CurrentState))
                BatchMetrics.CountCompleted(context.Saga);
        }

        public Task Delete(SagaConsumeContext<BatchState> context) =>
            store.DeleteAsync(context.Saga.CorrelationId, CancellationToken);

        public Task Discard(SagaConsumeContext<BatchState> context) => Task.CompletedTask;

        public Task Undo(SagaConsumeContext<BatchState> context) => Task.CompletedTask;

        public Task<SagaConsumeContext<BatchState, TMessage>> CreateSagaConsumeContext<TMessage>(
            ConsumeContext<TMessage> context, BatchState instance, SagaConsumeContextMode mode)
            where TMessage : class => factory.CreateSagaConsumeContext(store, context, instance, mode);
    }
}
