using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using WorkerFleet.Api.Dashboard;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.Access;

/// <summary>Answers to those who may not.</summary>
internal static class AccessProblems
{
    private const string Realm = "Bearer realm=\"fleet\"";

    /// <summary>401, with the way to do better.</summary>
    /// <param name="http">Its response gets <c>WWW-Authenticate</c>.</param>
    /// <param name="presented">Whether there was a key, which is not good.</param>
    public static IResult Unauthorized(HttpContext http, bool presented)
    {
        http.Response.Headers[HeaderNames.WWWAuthenticate] = presented ? $"{Realm}, error=\"invalid_token\"" : Realm;
        return Problem(
            StatusCodes.Status401Unauthorized, ProblemTypes.Unauthorized,
            presented ? "The key is not valid" : "A key is needed",
            presented
                ? "The key is unknown, expired or revoked. 'fleet keys list' shows those there are; " +
                    "'fleet keys create' makes one."
                : "Send an API key in the header 'Authorization: Bearer fleet_…'. 'fleet keys create' makes one.");
    }

    /// <summary>403, naming what is missing.</summary>
    public static IResult MissingScope(string scope) => Problem(
        StatusCodes.Status403Forbidden, ProblemTypes.Forbidden, $"The key has not the scope '{scope}'",
        $"This needs a key with the scope '{scope}': 'fleet keys create --scopes {scope}' makes one.",
        new() { ["missing_scope"] = scope });

    /// <summary>429, with the time to wait.</summary>
    public static IResult TooManyAttempts(HttpContext http, TimeSpan wait)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        http.Response.Headers[HeaderNames.RetryAfter] = seconds.ToString(CultureInfo.InvariantCulture);
        return Problem(
            StatusCodes.Status429TooManyRequests, ProblemTypes.TooMany, "Too many keys that are not valid",
            $"More than {FailedAttempts.MostInWindow} in a minute came from this address. Try again in {seconds} s.");
    }

    /// <summary>
    /// 400: a name that is not this machine's leads here, as a page of another site can arrange (DNS rebinding).
    /// </summary>
    public static IResult ForeignHost(string host) => Problem(
        StatusCodes.Status400BadRequest, ProblemTypes.BadRequest, "The Host header names another machine",
        $"This API only answers for localhost, 127.0.0.1 and [::1], and was asked for '{Short(host)}'. To serve it " +
        "under another name, set Fleet:Api:Host, and make API keys.");

    /// <summary>403: another site's page made the browser send this.</summary>
    public static IResult CrossSite() => Problem(
        StatusCodes.Status403Forbidden, ProblemTypes.Forbidden, "The request comes from another site's page",
        "Programs send their key as a bearer token; pages of other sites cannot use this API.");

    /// <summary>400: neither a form nor JSON.</summary>
    public static IResult BadSignIn() => Problem(
        StatusCodes.Status400BadRequest, ProblemTypes.BadRequest, "No key was sent",
        "Send a form with the field 'key', or JSON such as {\"key\": \"fleet_…\"}.");

    /// <summary>400: what a cookie authorizes has to come from a page of ours, which knows the token.</summary>
    public static IResult Antiforgery() => Problem(
        StatusCodes.Status400BadRequest, ProblemTypes.BadRequest, "The antiforgery token is missing or not valid",
        "Who is signed in with a cookie sends the csrf_token of GET /session in the header " +
        $"{SignInRoutes.AntiforgeryHeader} with whatever changes something.");

    private static IResult Problem(
        int status, string type, string title, string detail, Dictionary<string, object?>? extensions = null) =>
        new AccessProblem(new(type, title, status, detail, Errors: null), extensions);

    private static string Short(string text) => text.Length <= 100 ? text : $"{text[..100]}…";

    /// <summary>A page for a browser, problem details for the rest.</summary>
    private sealed class AccessProblem(ProblemJson problem, Dictionary<string, object?>? extensions) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => PageProblems.IsForPage(httpContext.Request)
            ? PageProblems.WriteAsync(httpContext, problem)
            : TypedResults.Problem(
                    problem.Detail, statusCode: problem.Status, title: problem.Title, type: problem.Type,
                    extensions: extensions)
                .ExecuteAsync(httpContext);
    }
}
