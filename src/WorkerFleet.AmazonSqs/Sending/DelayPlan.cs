using System.Globalization;
using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.AmazonSqs.Sending;

/// <summary>
/// SQS delays a message by at most 15 minutes. Of a longer delay the message says itself when it is due, and its
/// receiver sends it again until then.
/// </summary>
/// <param name="DelaySeconds">For SQS, now; null for none.</param>
/// <param name="DueHeader">Value of <see cref="Header"/>; null where one hop will do.</param>
internal readonly record struct DelayPlan(int? DelaySeconds, string? DueHeader)
{
    /// <summary>Milliseconds since 1970 (UTC).</summary>
    public const string Header = "MT-Delay-Until";

    /// <summary>Less than SQS can tell apart.</summary>
    private static readonly TimeSpan Imminent = TimeSpan.FromMilliseconds(500);

    /// <param name="due">Null for at once.</param>
    /// <param name="now">Now.</param>
    public static DelayPlan For(DateTimeOffset? due, DateTimeOffset now)
    {
        if (due is not { } at || at <= now)
            return default;
        var seconds = Math.Ceiling((at - now).TotalSeconds);
        return seconds <= SqsLimits.MaxDelaySeconds
            ? new DelayPlan((int)seconds, null)
            : new DelayPlan(
                SqsLimits.MaxDelaySeconds, at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
    }

    /// <returns>When the message is due, if it is not yet.</returns>
    public static DateTimeOffset? DueAfter(SqsMessage message, DateTimeOffset now)
    {
        if (message.MessageAttributes is null || !message.MessageAttributes.TryGetValue(Header, out var header)
            || !long.TryParse(header.StringValue, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return null;
        var due = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return due - now < Imminent ? null : due;
    }
}
