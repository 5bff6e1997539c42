using System.Globalization;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.Hosting;

/// <summary>How many requests a caller may make.</summary>
internal static class RequestLimits
{
    /// <summary>
    /// Requests that a caller may make at once who made none for a while, as a multiple of those a second.
    /// </summary>
    private const int BurstSeconds = 2;

    private static readonly TimeSpan Refill = TimeSpan.FromMilliseconds(100);

    public static IServiceCollection AddRequestLimits(this IServiceCollection services, ApiOptions options) =>
        services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = RejectAsync;
            if (options.RequestsPerSecond > 0)
                limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
                    RateLimitPartition.GetTokenBucketLimiter(CallerOf(http), _ => LimitOf(options.RequestsPerSecond)));
        });

    private static TokenBucketRateLimiterOptions LimitOf(int perSecond)
    {
        // Tokens are whole: a small rate is refilled less often.
        var refill = TimeSpan.FromSeconds(Math.Max(Refill.TotalSeconds, 1.0 / perSecond));
        return new()
        {
            TokenLimit = BurstSeconds * perSecond,
            ReplenishmentPeriod = refill,
            TokensPerPeriod = Math.Max(1, (int)(perSecond * refill.TotalSeconds)),
            QueueLimit = 0,
        };
    }

    /// <summary>A key by its id; who has none by the address it comes from.</summary>
    private static string CallerOf(HttpContext http)
    {
        var caller = ApiCaller.Of(http.User);
        return http.User.Identity?.IsAuthenticated == true
            ? $"caller {caller.KeyId ?? $"{caller.Owner} {caller.Name}"}"
            : $"address {http.Connection.RemoteIpAddress}";
    }

    private static async ValueTask RejectAsync(OnRejectedContext context, CancellationToken cancellationToken)
    {
        var seconds = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)
            ? Math.Ceiling(wait.TotalSeconds)
            : 1;
        var response = context.HttpContext.Response;
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.Headers.RetryAfter = Math.Max(seconds, 1).ToString(CultureInfo.InvariantCulture);
        response.ContentType = ProblemJson.ContentType;
        await JsonSerializer.SerializeAsync(
            response.Body, ProblemKinds.Of(StatusCodes.Status429TooManyRequests), PublicJson.Line, cancellationToken);
    }
}
