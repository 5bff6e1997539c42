namespace WorkerFleet.Conformance.Emulators;

/// <summary>What can go wrong between a client and SQS.</summary>
public enum SqsFault
{
    /// <summary>RequestThrottled, with status 400; without effect.</summary>
    Throttled,

    /// <summary>Status 500; without effect.</summary>
    ServerError,

    /// <summary>Status 503, with a page of HTML as a load balancer has; without effect.</summary>
    Unavailable,

    /// <summary>The connection is reset before the request took effect.</summary>
    BrokenConnection,

    /// <summary>The connection is reset after the request took effect.</summary>
    LostAnswer,

    /// <summary>The answer comes late.</summary>
    SlowAnswer,

    /// <summary>Of a batch, some entries fail for no fault of theirs, without effect.</summary>
    PartOfBatch,

    /// <summary>A message that was received before is received once more, by another receipt handle.</summary>
    DuplicatedDelivery,

    /// <summary>
    /// Of a batch of receipt handles, one is no longer good; without effect. The message comes again.
    /// </summary>
    ExpiredReceiptHandle,

    /// <summary>QueueDoesNotExist, though it does; without effect.</summary>
    QueueMissing,
}
