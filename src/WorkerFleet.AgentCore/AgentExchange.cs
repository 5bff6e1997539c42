using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore;

/// <summary>One request to an agent, and what its answer, or the lack of one, means for the item.</summary>
internal sealed class AgentExchange(HttpClient client, HttpFailures failures, AnswerReader answers)
{
    /// <param name="request">Sent once.</param>
    /// <param name="attempt">Of the item, from 1: the platform's failures wait the longer, the more there were.</param>
    /// <param name="cancellationToken">Cancels; only that is thrown.</param>
    public async Task<AgentReply> SendAsync(
        HttpRequestMessage request, int attempt, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.IsSuccessStatusCode
                ? await answers.ReadAsync(response, cancellationToken)
                : AgentReply.Fail(await failures.FromStatusAsync(response, attempt, cancellationToken));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // A connection that is torn down because of the token may surface as a broken one.
            cancellationToken.ThrowIfCancellationRequested();
            return AgentReply.Fail(failures.FromException(exception, attempt));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return AgentReply.Fail(failures.FromConnectTimeout());
        }
    }
}
