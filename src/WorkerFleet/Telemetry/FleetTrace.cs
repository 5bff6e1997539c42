using System.Diagnostics;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Messaging;

namespace WorkerFleet.Telemetry;

/// <summary>
/// The spans of a batch: all of them are of the trace that it was submitted in, whichever process makes them. Where
/// nobody listens there are none; the agent is told of the trace all the same.
/// </summary>
internal static class FleetTrace
{
    /// <summary>Name to listen to.</summary>
    public const string SourceName = "WorkerFleet";

    private const string Submit = "submit batch";
    private const string Attempt = "attempt item";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>
    /// What a message is to carry so that what it causes is linked with what sent it; null where that is not
    /// recorded, which costs the message nothing.
    /// </summary>
    public static string? Sender =>
        Activity.Current is { Recorded: true } current && current.Source.Name == SourceName ? current.Id : null;

    /// <param name="parent">The trace of whoever submits, as W3C's traceparent.</param>
    public static Activity? StartSubmit(string? parent) =>
        Source.StartActivity(Submit, ActivityKind.Producer, Parse(parent));

    /// <summary>The trace that a batch is to be part of: of whoever submits it, or one of its own.</summary>
    /// <param name="span">What <see cref="StartSubmit"/> gave.</param>
    /// <param name="parent">The trace of whoever submits, as W3C's traceparent.</param>
    public static string TraceOf(Activity? span, string? parent)
    {
        if (span is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
            return id;
        using var activity = new Activity(Submit).SetIdFormat(ActivityIdFormat.W3C);
        // Whether it is recorded, too, is the parent's to say; or who listens here has decided that it is not.
        if (parent is not null && ActivityContext.TryParse(parent, null, out _))
            activity.SetParentId(parent);
        else if (!Source.HasListeners())
            activity.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        return activity.Start().Id!;
    }

    /// <summary>Something that is done for a batch.</summary>
    public static Activity? Start(string name, ActivityKind kind, BatchState batch)
    {
        var activity = Source.HasListeners() ? Source.StartActivity(name, kind, Parse(batch.TraceParent)) : null;
        return activity?.SetTag(SpanTags.BatchId, IdOf(batch.CorrelationId));
    }

    /// <summary>A slice is recorded and sent.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="slice">Number of the slice.</param>
    /// <param name="items">Messages that are sent.</param>
    /// <param name="system">The broker.</param>
    public static Activity? StartDispatch(BatchState batch, int slice, int items, string system) =>
        Start("dispatch slice", ActivityKind.Producer, batch)?
            .SetTag(SpanTags.System, system)
            .SetTag(SpanTags.Operation, "send")
            .SetTag(SpanTags.Destination, QueueNames.Items(batch.Spec.Limits.Priority))
            .SetTag(SpanTags.MessageCount, items)
            .SetTag(SpanTags.Slice, slice);

    /// <summary>A delivery of an item, from when it is taken up until it can be acknowledged.</summary>
    public static Activity? StartItem(BatchState batch, ProcessBatchItem item, string system)
    {
        if (!Source.HasListeners())
            return null;
        ActivityLink[] links = item.SentBy is { } sender && Parse(sender) is var context && context != default
            ? [new(context)]
            : [];
        var activity = Source.StartActivity(
            "process item", ActivityKind.Consumer, Parse(batch.TraceParent), TagsOf(item), links);
        if (activity is { IsAllDataRequested: true })
            activity
                .SetTag(SpanTags.System, system)
                .SetTag(SpanTags.Operation, "process")
                .SetTag(SpanTags.Destination, QueueNames.Items(batch.Spec.Limits.Priority))
                .SetTag(SpanTags.Slice, item.Slice)
                .SetTag(SpanTags.Round, item.Round);
        return activity;
    }

    /// <summary>
    /// One call of an agent. Where nobody listens, it is still what the agent's requests, and what it does, are part
    /// of.
    /// </summary>
    /// <returns>Null for a batch that is of no trace, where nobody listens.</returns>
    public static Activity? StartAttempt(BatchState batch, ProcessBatchItem item)
    {
        if (!Source.HasListeners())
            return StartUnrecorded(batch.TraceParent);
        var parent = Activity.Current?.Source.Name == SourceName ? default : Parse(batch.TraceParent);
        if (Source.StartActivity(Attempt, ActivityKind.Internal, parent, TagsOf(item)) is not { } activity)
            return StartUnrecorded(batch.TraceParent, ActivityTraceFlags.None);
        if (activity.IsAllDataRequested)
            activity
                .SetTag(SpanTags.Attempt, item.Attempt)
                .SetTag(SpanTags.Agent, item.Agent)
                .SetTag(SpanTags.Session, ItemSession.ForAttempt(item.BatchId, item.Index, item.Attempt));
        return activity;
    }

    /// <summary>Says how a call ended, without a word of the answer.</summary>
    /// <param name="activity">Its span, if there is one.</param>
    /// <param name="reply">Null when nobody waits for the answer any more.</param>
    public static void EndAttempt(this Activity? activity, AgentReply? reply)
    {
        if (activity is not { IsAllDataRequested: true })
            return;
        var failure = reply?.Failure;
        activity.SetTag(
            SpanTags.Outcome,
            reply is null ? "abandoned" : failure is null ? "succeeded" : ItemMetrics.NameOf(failure.Kind));
        if (failure is null)
            return;
        activity.SetTag(SpanTags.ErrorType, ItemMetrics.NameOf(failure.Kind));
        activity.SetStatus(ActivityStatusCode.Error);
    }

    public static string IdOf(Guid batchId) => batchId.ToString("D");

    /// <summary>Known from the start, since samplers may go by them.</summary>
    private static KeyValuePair<string, object?>[] TagsOf(ProcessBatchItem item) =>
        [new(SpanTags.BatchId, IdOf(item.BatchId)), new(SpanTags.Row, item.Index)];

    /// <summary>
    /// Only tells the agent which trace it is of, and, where somebody has decided not to record it, that it is not.
    /// </summary>
    private static Activity? StartUnrecorded(string? traceParent, ActivityTraceFlags? flags = null)
    {
        if (traceParent is null)
            return null;
        var activity = new Activity(Attempt).SetIdFormat(ActivityIdFormat.W3C).SetParentId(traceParent);
        if (flags is { } decided)
            activity.ActivityTraceFlags = decided;
        return activity.Start();
    }

    private static ActivityContext Parse(string? traceParent) =>
        traceParent is not null && ActivityContext.TryParse(traceParent, null, isRemote: true, out var context)
            ? context
            : default;
}
