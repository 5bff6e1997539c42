using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Api.Hosting;
using IPNetwork = System.Net.IPNetwork;

namespace WorkerFleet.Api.Access;

/// <summary>
/// Takes who a request is from, and by which name and scheme, from the headers of proxies that are trusted; and
/// remembers that it came through a proxy, trusted or not: it is then not from this machine, whatever it looks like.
/// </summary>
internal static class TrustedProxies
{
    private static readonly string[] ForwardingHeaders =
        ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"];

    private static readonly object Key = new();

    private enum Passing
    {
        ByAnybody,
        ByTrusted,
    }

    /// <summary>To be put around all that looks at where requests come from.</summary>
    public static void UseTrustedProxies(this WebApplication app)
    {
        var trusted = app.Services.GetRequiredService<ApiOptions>().TrustedProxies;
        app.Use((http, next) =>
        {
            // Before the headers are taken away, which they are where they are believed.
            if (ForwardingHeaders.Any(http.Request.Headers.ContainsKey))
                http.Items[Key] = IsTrusted(trusted, http.Connection.RemoteIpAddress)
                    ? Passing.ByTrusted
                    : Passing.ByAnybody;
            return next(http);
        });
        if (trusted.Count > 0)
            app.UseForwardedHeaders(OptionsOf(trusted));
    }

    /// <summary>Whether it came through a proxy, or says so.</summary>
    public static bool IsForwarded(HttpContext http) => http.Items.ContainsKey(Key);

    /// <summary>Whether it came through a proxy that is trusted.</summary>
    public static bool IsForwardedByTrusted(HttpContext http) => http.Items[Key] is Passing.ByTrusted;

    private static ForwardedHeadersOptions OptionsOf(IReadOnlyList<IPNetwork> trusted)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                | ForwardedHeaders.XForwardedHost,
            // As far as the proxies are trusted ones, from the nearest on.
            ForwardLimit = null,
        };
        // By default loopback is trusted, where anybody on this machine is.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in trusted)
            options.KnownIPNetworks.Add(network);
        return options;
    }

    private static bool IsTrusted(IReadOnlyList<IPNetwork> trusted, IPAddress? address)
    {
        var plain = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return plain is not null && trusted.Any(network => network.Contains(plain));
    }
}
