using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Api.Access;

/// <summary>Registers who may do what.</summary>
internal static class AccessServices
{
    private const string CookieName = "fleet";
    private const string AntiforgeryCookieName = "fleet-csrf";

    /// <summary>How long nobody has to use a page before one has to sign in again.</summary>
    private static readonly TimeSpan SignedInFor = TimeSpan.FromHours(12);

    public static IServiceCollection AddFleetAccess(this IServiceCollection services)
    {
        services.AddSingleton<AuditLog>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<FailedAttempts>();
        services.AddAuthentication(KeyAuthentication.Scheme)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.Scheme, null)
            .AddCookie(SignInRoutes.Cookie, options =>
            {
                Harden(options.Cookie, CookieName);
                options.ExpireTimeSpan = SignedInFor;
                options.Events = new CookieAuthenticationEvents { OnValidatePrincipal = SignInRoutes.ValidateAsync };
            });
        services.AddAntiforgery(options =>
        {
            Harden(options.Cookie, AntiforgeryCookieName);
            options.HeaderName = SignInRoutes.AntiforgeryHeader;
        });
        services.AddDataProtection().SetApplicationName("fleet");
        services.AddSingleton<StoredSessionKeys>();
        services.AddOptions<KeyManagementOptions>().Configure<StoredSessionKeys>((options, keys) =>
            (options.XmlRepository, options.XmlEncryptor) = (keys, keys));
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, ScopeAnswers>();
        var authorization = services.AddAuthorizationBuilder();
        foreach (var scope in Scopes.All)
            authorization.AddPolicy(
                scope, policy => policy.RequireAuthenticatedUser().RequireClaim(ApiCaller.ScopeClaim, scope));
        return services;
    }

    /// <summary>
    /// Out of reach of scripts and of other sites; never over plain HTTP once it was given over HTTPS.
    /// </summary>
    private static void Harden(CookieBuilder cookie, string name)
    {
        cookie.Name = name;
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Strict;
        cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.IsEssential = true;
    }
}
