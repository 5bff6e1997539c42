using MassTransit;
using WorkerFleet.DeadLetters;
using WorkerFleet.Dispatch;
using WorkerFleet.Ledger;
using WorkerFleet.Results;

namespace WorkerFleet.Batches;

/// <summary>
/// Takes each batch from submission to its final state. Drawn in docs/saga.md. Every handler is safe to repeat, and every
/// state can send again what it waits for (<see cref="RedriveBatch"/>).
/// </summary>
public sealed class BatchStateMachine : MassTransitStateMachine<BatchState>
{
    public BatchStateMachine(BatchVerbs verbs)
    {
        InstanceState(batch => batch.CurrentState);
        CorrelateEvents();

        Initially(
            When(SubmitReceived)
                .Then(verbs.Accept)
                .Then(verbs.Announce)
                .ThenAsync(verbs.ScheduleDeadlineAsync)
                .ThenAsync(verbs.DispatchNextAsync)
                .TransitionTo(Submitted));

        During(Submitted,
            // The submitter has recorded the batch. A command that is delivered twice meets a dispatch under way.
            When(SubmitReceived)
                .Then(verbs.Announce)
                .ThenAsync(verbs.ScheduleDeadlineAsync)
                .ThenAsync(verbs.DispatchNextAsync));

        During(Submitted, Dispatching,
            When(Dispatched)
                .Then(verbs.Advance)
                .ThenAsync(verbs.CheckFailurePolicyAsync)
                .IfElse(verbs.MustEnd, ending => End(ending, verbs), going => going
                    .ThenAsync(verbs.DispatchTogetherAsync)
                    .IfElse(verbs.IsDispatchComplete,
                        complete => complete.TransitionTo(Processing),
                        more => more.TransitionTo(Dispatching))
                    .If(verbs.IsAllSettled, done => Aggregate(done, verbs))));

        During(Processing,
            // A second dispatch chain, begun by a repair, reports what is known.
            Ignore(Dispatched));

        During(Submitted, Dispatching, Processing,
            When(Draining)
                .Then(verbs.MarkDraining)
                .ThenAsync(verbs.DispatchTogetherAsync),
            When(Settled)
                .ThenAsync(verbs.MarkSettledAsync)
                .ThenAsync(verbs.CheckFailurePolicyAsync)
                .IfElse(verbs.MustEnd, ending => End(ending, verbs), going => going
                    .ThenAsync(verbs.DispatchNextAsync)
                    .If(verbs.IsAllSettled, done => Aggregate(done, verbs))),
            When(Exhausted)
                .ThenAsync(verbs.RouteDeadLettersAsync)
                .ThenAsync(verbs.CheckFailurePolicyAsync)
                .If(verbs.MustEnd, ending => End(ending, verbs)),
            When(PauseReceived)
                .TransitionTo(Paused),
            When(CancelReceived)
                .Then(verbs.RequestCancel)
                .If(verbs.MustEnd, ending => End(ending, verbs)),
            When(LimitsReceived)
                .Then(verbs.ChangeLimits)
                .ThenAsync(verbs.DispatchNextAsync),
            When(DeadlineReached)
                .Then(verbs.RequestDeadlineEnd)
                .If(verbs.MustEnd, ending => End(ending, verbs)),
            When(FailedToDispatch)
                .Then(verbs.RequestFailedEnd)
                .If(verbs.MustEnd, ending => End(ending, verbs)),
            When(ReplayReceived)
                .IfElse(verbs.MustWait,
                    waiting => waiting.ThenAsync(verbs.DeferReplayAsync),
                    replay => replay
                        .Then(verbs.BeginReplay)
                        .ThenAsync(verbs.ReopenItemsAsync)),
            When(Reopened)
                .ThenAsync(verbs.MarkReopenedAsync),
            When(ReplayReady)
                .ThenAsync(verbs.EndReplayAsync)
                .If(verbs.IsAllSettled, done => Aggregate(done, verbs)),
            When(RedriveReceived)
                .Then(verbs.ForgetInFlight)
                // The submitter may have died before it could send the command that does this.
                .ThenAsync(verbs.ScheduleDeadlineAsync)
                .ThenAsync(verbs.CheckFailurePolicyAsync)
                .IfElse(verbs.MustEnd, ending => End(ending, verbs), going => going
                    .ThenAsync(verbs.RedriveAsync)
                    .ThenAsync(verbs.DispatchNextAsync)
                    .If(verbs.IsAllSettled, done => Aggregate(done, verbs))),
            // A resume that was sent twice.
            Ignore(ResumeReceived));

        During(Paused,
            When(Dispatched)
                .Then(verbs.Advance)
                .If(verbs.IsAllSettled, done => Aggregate(done, verbs)),
            When(Draining)
                .Then(verbs.MarkDraining),
            When(Settled)
                .ThenAsync(verbs.MarkSettledAsync)
                .If(verbs.IsAllSettled, done => Aggregate(done, verbs)),
            When(Exhausted)
                .ThenAsync(verbs.RouteDeadLettersAsync),
            When(ResumeReceived)
                .Then(verbs.ForgetInFlight)
                .ThenAsync(verbs.ScheduleDeadlineAsync)
                .ThenAsync(verbs.CheckFailurePolicyAsync)
                .IfElse(verbs.MustEnd, ending => End(ending, verbs), going => going
                    .ThenAsync(verbs.RedriveAsync)
                    .ThenAsync(verbs.DispatchNextAsync)
                    .IfElse(verbs.IsDispatchComplete,
                        complete => complete.TransitionTo(Processing),
                        more => more.TransitionTo(Dispatching))
                    .If(verbs.IsAllSettled, done => Aggregate(done, verbs))),
            When(LimitsReceived)
                .Then(verbs.ChangeLimits),
            When(CancelReceived)
                .Then(verbs.RequestCancel)
                .If(verbs.MustEnd, ending => End(ending, verbs)),
            When(DeadlineReached)
                .Then(verbs.RequestDeadlineEnd)
                .If(verbs.MustEnd, ending => End(ending, verbs)),
            When(ReplayReceived)
                .If(verbs.IsNewReplay, replay => replay.ThenAsync(verbs.DeferReplayAsync)),
            When(Reopened)
                .ThenAsync(verbs.MarkReopenedAsync),
            When(ReplayReady)
                .ThenAsync(verbs.EndReplayAsync)
                .If(verbs.IsAllSettled, done => Aggregate(done, verbs)),
            // A paused batch waits for its user: there is nothing to repair, and what cannot be dispatched shows again.
            Ignore(RedriveReceived),
            Ignore(FailedToDispatch),
            Ignore(PauseReceived));

        During(Cancelling,
            When(Dispatched)
                .Then(verbs.Advance)
                .ThenAsync(verbs.DispatchNextAsync)
                .If(verbs.IsAllSettled, done => Aggregate(done, verbs)),
            When(Draining)
                .Then(verbs.MarkDraining),
            When(Settled)
                .ThenAsync(verbs.MarkSettledAsync)
                .If(verbs.IsAllSettled, done => Aggregate(done, verbs)),
            When(Exhausted)
                .ThenAsync(verbs.RouteDeadLettersAsync),
            When(ReplayReceived)
                .If(verbs.IsNewReplay, replay => replay.ThenAsync(verbs.DeferReplayAsync)),
            When(Reopened)
                .ThenAsync(verbs.MarkReopenedAsync),
            When(RedriveReceived)
                .Then(verbs.ForgetInFlight)
                .ThenAsync(verbs.RedriveAsync)
                .ThenAsync(verbs.DispatchNextAsync)
                .If(verbs.IsAllSettled, done => Aggregate(done, verbs)),
            // It ends already, for the first reason that was given.
            Ignore(LimitsReceived),
            Ignore(CancelReceived),
            Ignore(DeadlineReached),
            Ignore(FailedToDispatch),
            Ignore(PauseReceived),
            Ignore(ResumeReceived),
            Ignore(ReplayReady));

        During(Aggregating,
            When(Aggregated)
                .If(verbs.IsOfThisRound, ended => ended
                    .Then(verbs.Finish)
                    .IfElse(context => context.Message.Status == BatchStatus.Completed,
                        completed => completed.TransitionTo(Completed),
                        other => other.IfElse(context => context.Message.Status == BatchStatus.CompletedWithFailures,
                            withFailures => withFailures.TransitionTo(CompletedWithFailures),
                            early => early.IfElse(context => context.Message.Status == BatchStatus.Cancelled,
                                cancelled => cancelled.TransitionTo(Cancelled),
                                failed => failed.TransitionTo(Failed))))),
            When(Incomplete)
                .If(verbs.IsOfThisRound, incomplete => incomplete
                    // The ledger disagrees with the bitmap: trust the ledger and go back to work.
                    .ThenAsync(verbs.RecountAsync)
                    .ThenAsync(verbs.RedriveAsync)
                    .IfElse(verbs.IsEnding,
                        ending => ending.TransitionTo(Cancelling),
                        going => going.TransitionTo(Processing))),
            When(ReplayReceived)
                .If(verbs.IsNewReplay, replay => replay.ThenAsync(verbs.DeferReplayAsync)),
            When(RedriveReceived)
                .ThenAsync(verbs.AggregateAsync),
            When(Exhausted)
                .ThenAsync(verbs.RouteDeadLettersAsync),
            // Everything is settled: what follows is late or repeated, and there is nothing left to stop.
            Ignore(LimitsReceived),
            Ignore(Dispatched),
            Ignore(Draining),
            Ignore(Settled),
            Ignore(PauseReceived),
            Ignore(ResumeReceived),
            Ignore(CancelReceived),
            Ignore(DeadlineReached),
            Ignore(FailedToDispatch),
            Ignore(Reopened),
            Ignore(ReplayReady));

        During(Completed, CompletedWithFailures, Failed, Cancelled,
            When(ReplayReceived)
                .If(verbs.IsNewReplay, replay => replay
                    .Then(verbs.BeginReplay)
                    .ThenAsync(verbs.ReopenItemsAsync)
                    .TransitionTo(Processing)),
            When(Exhausted)
                .ThenAsync(verbs.RouteDeadLettersAsync),
            // The batch is over: late and repeated messages change nothing.
            Ignore(LimitsReceived),
            Ignore(Dispatched),
            Ignore(Draining),
            Ignore(Settled),
            Ignore(PauseReceived),
            Ignore(ResumeReceived),
            Ignore(CancelReceived),
            Ignore(DeadlineReached),
            Ignore(FailedToDispatch),
            Ignore(RedriveReceived),
            Ignore(Reopened),
            Ignore(ReplayReady),
            Ignore(Aggregated),
            Ignore(Incomplete));

        During([Submitted, Dispatching, Processing, Paused, Cancelling],
            // Reports of an aggregation that the batch has left since.
            Ignore(Aggregated),
            Ignore(Incomplete));

        During([Dispatching, Processing, Paused, Cancelling, Aggregating,
                Completed, CompletedWithFailures, Failed, Cancelled],
            // The command was delivered twice.
            Ignore(SubmitReceived));
    }

    public State Submitted { get; private set; } = null!;
    public State Dispatching { get; private set; } = null!;
    public State Processing { get; private set; } = null!;
    public State Paused { get; private set; } = null!;
    public State Cancelling { get; private set; } = null!;
    public State Aggregating { get; private set; } = null!;
    public State Completed { get; private set; } = null!;
    public State CompletedWithFailures { get; private set; } = null!;
    public State Failed { get; private set; } = null!;
    public State Cancelled { get; private set; } = null!;

    public Event<SubmitBatch> SubmitReceived { get; private set; } = null!;
    public Event<SlicesDispatched> Dispatched { get; private set; } = null!;
    public Event<DispatchFailed> FailedToDispatch { get; private set; } = null!;
    public Event<SliceDraining> Draining { get; private set; } = null!;
    public Event<SliceSettled> Settled { get; private set; } = null!;
    public Event<ItemsExhausted> Exhausted { get; private set; } = null!;
    public Event<PauseBatch> PauseReceived { get; private set; } = null!;
    public Event<ResumeBatch> ResumeReceived { get; private set; } = null!;
    public Event<CancelBatch> CancelReceived { get; private set; } = null!;
    public Event<SetLimits> LimitsReceived { get; private set; } = null!;
    public Event<RedriveBatch> RedriveReceived { get; private set; } = null!;
    public Event<BatchDeadlineReached> DeadlineReached { get; private set; } = null!;
    public Event<ReplayItems> ReplayReceived { get; private set; } = null!;
    public Event<SlicesReopened> Reopened { get; private set; } = null!;
    public Event<ItemsReopened> ReplayReady { get; private set; } = null!;
    public Event<BatchAggregated> Aggregated { get; private set; } = null!;
    public Event<BatchIncomplete> Incomplete { get; private set; } = null!;

    /// <summary>Ends early: undispatched rows are dispatched as cancelled, pending ones are sent to be cancelled.</summary>
    private EventActivityBinder<BatchState, T> End<T>(EventActivityBinder<BatchState, T> binder, BatchVerbs verbs)
        where T : class => binder
        .Then(verbs.ForgetInFlight)
        .ThenAsync(verbs.RedriveAsync)
        .ThenAsync(verbs.DispatchNextAsync)
        .TransitionTo(Cancelling)
        .If(verbs.IsAllSettled, done => Aggregate(done, verbs));

    private EventActivityBinder<BatchState, T> Aggregate<T>(
        EventActivityBinder<BatchState, T> binder, BatchVerbs verbs)
        where T : class => binder
        .ThenAsync(verbs.AggregateAsync)
        .TransitionTo(Aggregating);

    private void CorrelateEvents()
    {
        Event(() => SubmitReceived, x => x.CorrelateById(context => context.Message.BatchId));
        Correlate(() => Dispatched, message => message.BatchId);
        Correlate(() => FailedToDispatch, message => message.BatchId);
        Correlate(() => Draining, message => message.BatchId);
        Correlate(() => Settled, message => message.BatchId);
        Correlate(() => Exhausted, message => message.BatchId);
        Correlate(() => PauseReceived, message => message.BatchId);
        Correlate(() => ResumeReceived, message => message.BatchId);
        Correlate(() => CancelReceived, message => message.BatchId);
        Correlate(() => LimitsReceived, message => message.BatchId);
        Correlate(() => RedriveReceived, message => message.BatchId);
        Correlate(() => DeadlineReached, message => message.BatchId);
        Correlate(() => ReplayReceived, message => message.BatchId);
        Correlate(() => Reopened, message => message.BatchId);
        Correlate(() => ReplayReady, message => message.BatchId);
        Correlate(() => Aggregated, message => message.BatchId);
        Correlate(() => Incomplete, message => message.BatchId);
    }

    /// <summary>By batch id; messages for a batch that was deleted are dropped.</summary>
    private void Correlate<T>(
        System.Linq.Expressions.Expression<Func<Event<T>>> property, Func<T, Guid> batchId)
        where T : class =>
        Event(property, x =>
        {
            x.CorrelateById(context => batchId(context.Message));
            x.OnMissingInstance(missing => missing.Discard());
        });
}
