using System.Collections.Concurrent;
using System.Text.Json;

namespace SampleAgent;

/// <summary>Work that goes on after the invocation was answered.</summary>
public sealed class BackgroundTasks(Journal journal, TimeProvider time, ILogger<BackgroundTasks> logger)
{
    private readonly ConcurrentDictionary<string, Task> _running = new();

    public bool IsBusy => !_running.IsEmpty;

    /// <summary>When it last became busy or idle. Advancing it with every ping would keep the session for ever.</summary>
    public DateTimeOffset ChangedAt { get; private set; } = time.GetUtcNow();

    /// <summary>
    /// Returns at once. A session that is under way is not begun again: the caller may repeat a call whose answer it lost.
    /// </summary>
    public void Start(string session, AgentRequest request)
    {
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_running.TryAdd(session, RunAsync(session, request, begin.Task)))
            return;
        ChangedAt = time.GetUtcNow();
        begin.SetResult();
    }

    private async Task RunAsync(string session, AgentRequest request, Task begin)
    {
        await begin;
        try
        {
            await journal.AppendAsync(session, "AGENT_BACKGROUND_TASK_STARTED");
            try
            {
                var output = await Work.RunAsync(request, CancellationToken.None);
                await journal.AppendAsync(
                    session, "AGENT_BACKGROUND_TASK_COMPLETED", output: JsonSerializer.Serialize(new { output }));
            }
            catch (WorkException exception)
            {
                await journal.AppendAsync(
                    session, "AGENT_BACKGROUND_TASK_FAILED", errorMessage: exception.Message, retryable: exception.Retryable);
            }
        }
        catch (Exception exception)
        {
            // The journal cannot be reached: the fleet's deadline ends the task.
            logger.LogError(exception, "The end of session {SessionId} could not be journalled", session);
        }
        finally
        {
            _running.TryRemove(session, out _);
            ChangedAt = time.GetUtcNow();
        }
    }
}
