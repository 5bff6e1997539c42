using System.Diagnostics;

namespace WorkerFleet.AgentCore;

/// <summary>
/// Hands the trace on to the agent, in W3C's headers and in AWS's. Set here and not by the HTTP client, which would add them
/// after the request is signed.
/// </summary>
internal static class TraceHeaders
{
    public const string Parent = "traceparent";
    public const string State = "tracestate";
    public const string Amazon = "X-Amzn-Trace-Id";

    /// <summary>AWS takes no longer one, in characters.</summary>
    private const int MaxStateLength = 512;

    /// <summary>Characters of a trace id that are the seconds of its beginning, in X-Ray's form.</summary>
    private const int EpochLength = 8;

    /// <summary>Without a current activity there are none.</summary>
    public static void AddTo(HttpRequestMessage request)
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C } activity)
            return;
        var (trace, span) = (activity.TraceId.ToHexString(), activity.SpanId.ToHexString());
        var sampled = activity.Recorded;
        request.Headers.TryAddWithoutValidation(Parent, $"00-{trace}-{span}-{(sampled ? "01" : "00")}");
        if (StateOf(activity) is { } state)
            request.Headers.TryAddWithoutValidation(State, state);
        request.Headers.TryAddWithoutValidation(
            Amazon,
            $"Root=1-{trace[..EpochLength]}-{trace[EpochLength..]};Parent={span};Sampled={(sampled ? '1' : '0')}");
    }

    /// <summary>Of one that is too long, whole members go from its end, as W3C asks.</summary>
    private static string? StateOf(Activity activity)
    {
        var state = activity.TraceStateString?.Trim();
        while (state?.Length > MaxStateLength)
            state = state.LastIndexOf(',') is var end and > 0 ? state[..end] : null;
        return string.IsNullOrEmpty(state) || state.Any(character => character is < ' ' or > '~') ? null : state;
    }
}
