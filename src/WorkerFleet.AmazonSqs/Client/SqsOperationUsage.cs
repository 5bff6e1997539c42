namespace WorkerFleet.AmazonSqs.Client;

/// <summary>What one operation was used for.</summary>
/// <param name="Requests">Sent, repeats included: what is billed, in units of up to 64 KB each.</param>
/// <param name="Errors">Of them, those that were refused or had no proper answer, throttling aside.</param>
/// <param name="Throttled">Of them, those that SQS, or its KMS, asked to send more slowly.</param>
/// <param name="Messages">Messages sent, received or deleted by it, or made visible at another time.</param>
/// <param name="EmptyReceives">Of the requests, receives that brought nothing.</param>
public readonly record struct SqsOperationUsage(
    long Requests, long Errors, long Throttled, long Messages, long EmptyReceives)
{
    public static SqsOperationUsage operator +(SqsOperationUsage one, SqsOperationUsage other) => new(
        one.Requests + other.Requests, one.Errors + other.Errors, one.Throttled + other.Throttled,
        one.Messages + other.Messages, one.EmptyReceives + other.EmptyReceives);
}
