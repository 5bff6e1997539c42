using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using WorkerFleet.Api.Access;

namespace WorkerFleet.Api.Dashboard.Layout;

/// <summary>Around each page: where one is, who one is, and where the script says what came of things.</summary>
public sealed partial class MainLayout
{
    private static readonly (string Href, string Text)[] Places =
    [
        ("/", "Batches"), ("/dead-letters", "Dead letters"), ("/workers", "Workers"), ("/agents", "Agents"),
    ];

    [CascadingParameter]
    public HttpContext Http { get; set; } = null!;

    private ApiCaller Caller => ApiCaller.Of(Http.User);

    private bool IsSignedIn => Http.User.Identity?.IsAuthenticated == true;

    /// <summary>Who needs no key cannot sign out either.</summary>
    private bool HasCookie => Http.User.Identity?.AuthenticationType == SignInRoutes.Cookie;

    private string Title => Caller.Owner is { } owner ? $"Sees the batches of {owner}" : "Sees the batches of all";

    private bool IsHere(string href)
    {
        var path = Http.Request.Path;
        return href == "/"
            ? path == href || path.StartsWithSegments("/batches") || path == "/submit"
            : path.StartsWithSegments(href);
    }
}
