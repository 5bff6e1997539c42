using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Live;

namespace WorkerFleet.Cli.Remote;

/// <summary>
/// The live streams of an API elsewhere. A connection that is lost is made again, and goes on behind the last event
/// that came.
/// </summary>
internal sealed class RemoteFeed(HttpClient http, Uri server, string? key, TimeProvider time, Action<string> note)
{
    /// <summary>An API sends something at least each 15 s; what is silent for so long is not there any more.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(40);

    /// <summary>How long a lost connection is tried to be made again.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <summary>The list of batches as it is now.</summary>
    /// <exception cref="UserErrorException">It cannot be had.</exception>
    public async Task<BatchListLiveJson> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var sample in ReadAsync<BatchListLiveJson>("api/v1/live", null, cancellationToken))
                return sample.Value;
        }
        catch (Exception exception) when (IsLoss(exception, cancellationToken))
        {
            throw Unreachable(exception);
        }

        throw new UserErrorException($"{server}: the API ended the list of batches before it began", ExitCodes.Failed);
    }

    /// <summary>One batch to its end.</summary>
    /// <exception cref="UserErrorException">It cannot be had, or not any more.</exception>
    public async IAsyncEnumerable<BatchLiveJson> WatchAsync(
        Guid batchId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? lastId = null;
        var isOver = false;
        var lostAt = 0L;
        var tries = 0;
        while (!isOver)
        {
            Exception? loss = null;
            await using var samples =
                ReadAsync<BatchLiveJson>($"api/v1/batches/{batchId}/live", lastId, cancellationToken)
                    .GetAsyncEnumerator(cancellationToken);
            while (loss is null)
            {
                try
                {
                    if (!await samples.MoveNextAsync())
                        break;
                }
                catch (Exception exception) when (IsLoss(exception, cancellationToken))
                {
                    loss = exception;
                    break;
                }

                (lastId, tries) = (samples.Current.Id, 0);
                isOver = Batches.BatchStatus.IsFinal(samples.Current.Value.Batch.Status);
                yield return samples.Current.Value;
            }

            if (isOver)
                break;
            if (lastId is null)
                throw Unreachable(loss);
            if (tries++ == 0)
            {
                lostAt = time.GetTimestamp();
                note($"The connection to {server} is lost; trying again.");
            }
            else if (time.GetElapsedTime(lostAt) > GiveUpAfter)
            {
                throw Unreachable(loss);
            }

            var wait = ShortestWait * Math.Pow(2, Math.Min(tries - 1, 6));
            await Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellationToken);
        }
    }

    private async IAsyncEnumerable<(string? Id, T Value)> ReadAsync<T>(
        string path, string? lastId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(Silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, path));
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (lastId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        // A server that is being restarted, or a proxy without one.
        if (lastId is not null && answer.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
            or HttpStatusCode.GatewayTimeout or HttpStatusCode.InternalServerError)
            throw new HttpRequestException($"it answered {(int)answer.StatusCode}");
        if (!answer.IsSuccessStatusCode)
            throw await ApiProblem.OfAsync(server, answer, either.Token);
        if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream")
            throw new UserErrorException($"{server}: there is no API of the fleet at this address", ExitCodes.Failed);
        await using var body = new LivelyStream(
            await answer.Content.ReadAsStreamAsync(either.Token), () => silence.CancelAfter(Silence));
        await foreach (var item in SseParser.Create(body, (_, data) => Parse<T>(data)).EnumerateAsync(either.Token))
            yield return (item.EventId, item.Data);
    }

    private T Parse<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, PublicJson.Line)!;
        }
        catch (JsonException exception)
        {
            throw new UserErrorException(
                $"{server}: the API sends what this version does not understand ({exception.Message})",
                ExitCodes.Failed);
        }
    }

    private UserErrorException Unreachable(Exception? loss) => new(
        $"{server}: cannot connect to the API ({loss?.Message ?? "it ended the stream"}); is it running? " +
        "'fleet api' serves it",
        ExitCodes.Failed);

    private static bool IsLoss(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
