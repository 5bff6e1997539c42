using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Dashboard;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Results;
using WorkerFleet.Storage;

namespace WorkerFleet.Api.Problems;

/// <summary>
/// Answers whatever goes wrong with problem details, whatever the caller accepts: what it says is for a person, and
/// never what an exception says that was not made for one.
/// </summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    private const int RetrySeconds = 1;

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone.
            return;
        }
        catch (Exception exception) when (http.Response.HasStarted)
        {
            // What was sent so far must not be taken for all of it.
            LogBrokenOff(exception, http.Request.Method, http.Request.Path);
            http.Abort();
            return;
        }
        catch (Exception exception)
        {
            await AnswerAsync(http, exception);
            return;
        }

        var response = http.Response;
        if (response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
            await WriteAsync(http, ProblemKinds.Of(response.StatusCode));
    }

    private async Task AnswerAsync(HttpContext http, Exception exception)
    {
        var problem = ProblemOf(http, exception, out var retryAfter);
        http.Response.Clear();
        SecurityHeaders.Set(http);
        if (retryAfter is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await WriteAsync(http, problem);
    }

    private ProblemJson ProblemOf(HttpContext http, Exception exception, out int? retryAfter)
    {
        retryAfter = null;
        // What a body's reader throws comes through whoever reads from it, as a cause.
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            switch (cause)
            {
                case ProblemException refused:
                    retryAfter = refused.RetryAfterSeconds;
                    return refused.Problem;
                case BadHttpRequestException bad:
                    return ProblemKinds.Of(bad.StatusCode, bad.StatusCode == 413 ? "The body is larger than the "
                        + "route takes"
                        : bad.Message);
                case ExportException export:
                    return ProblemKinds.Of(409, export.Message);
            }

        if (exception is StoreException)
        {
            retryAfter = RetrySeconds;
            LogStoreFailed(exception, http.Request.Method, http.Request.Path);
            return ProblemKinds.Of(503);
        }

        LogFailed(exception, http.Request.Method, http.Request.Path);
        return ProblemKinds.Of(500);
    }

    private static Task WriteAsync(HttpContext http, ProblemJson problem)
    {
        if (PageProblems.IsForPage(http.Request))
            return PageProblems.WriteAsync(http, problem);
        http.Response.StatusCode = problem.Status;
        http.Response.ContentType = ProblemJson.ContentType;
        return JsonSerializer.SerializeAsync(http.Response.Body, problem, PublicJson.Line, http.RequestAborted);
    }

    [LoggerMessage(4001, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailed(Exception exception, string method, string path);

    [LoggerMessage(4002, LogLevel.Warning, "{Method} {Path}: the store cannot be used; the caller is told to try "
        + "again")]
    private partial void LogStoreFailed(Exception exception, string method, string path);

    [LoggerMessage(4003, LogLevel.Warning, "{Method} {Path} was broken off after a part of it was sent")]
    private partial void LogBrokenOff(Exception exception, string method, string path);
}
