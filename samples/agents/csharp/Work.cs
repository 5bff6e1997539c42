using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace SampleAgent;

/// <summary>A failure of the work itself, which says whether another attempt could help.</summary>
public sealed class WorkException(string message, bool retryable) : Exception(message)
{
    public bool Retryable => retryable;
}

public static class Work
{
    /// <summary>Here a model would think.</summary>
    /// <exception cref="WorkException">It fails.</exception>
    public static async Task<string> RunAsync(AgentRequest request, CancellationToken cancellationToken)
    {
        await Task.Delay(request.DelayMs, cancellationToken);
        return request.Fail is { } message ? throw new WorkException(message, request.Retryable) : request.Prompt;
    }

    /// <summary>AgentCore hides status and text of an error, so a failure is an answer too.</summary>
    public static async Task<object> AnswerAsync(AgentRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return new { output = await RunAsync(request, cancellationToken) };
        }
        catch (WorkException exception)
        {
            return new { status = "error", code = "WORK_FAILED", message = exception.Message, retryable = exception.Retryable };
        }
    }

    /// <summary>
    /// Word by word, and an event <c>done</c> at the end: without it a stream that was cut looks like one that is whole.
    /// </summary>
    public static async IAsyncEnumerable<SseItem<object>> StreamAsync(
        AgentRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? output = null;
        SseItem<object>? failed = null;
        try
        {
            output = await RunAsync(request, cancellationToken);
        }
        catch (WorkException exception)
        {
            failed = new SseItem<object>(new { error = exception.Message, retryable = exception.Retryable }, "error");
        }
        if (failed is { } error)
        {
            yield return error;
            yield break;
        }
        foreach (var word in output!.Split(' '))
            yield return new SseItem<object>(new { word });
        yield return new SseItem<object>(new { output }, "done");
    }
}
