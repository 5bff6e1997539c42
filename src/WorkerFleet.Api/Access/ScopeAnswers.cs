using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace WorkerFleet.Api.Access;

/// <summary>Says which scope is missing where one is; the rest is as usual.</summary>
internal sealed class ScopeAnswers : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    public async Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Forbidden && MissingOf(policy, context) is { } scope)
            await AccessProblems.MissingScope(scope).ExecuteAsync(context);
        else
            await _usual.HandleAsync(next, context, policy, authorizeResult);
    }

    private static string? MissingOf(AuthorizationPolicy policy, HttpContext context) => policy.Requirements
        .OfType<ClaimsAuthorizationRequirement>()
        .Where(requirement => requirement.ClaimType == ApiCaller.ScopeClaim)
        .SelectMany(requirement => requirement.AllowedValues ?? [])
        .FirstOrDefault(scope => !context.User.HasClaim(ApiCaller.ScopeClaim, scope));
}
