using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Completions;

namespace WorkerFleet.Cli.Callbacks;

/// <summary>Reads <see cref="CallbackOptions"/>, and registers what they ask for.</summary>
internal static class CallbackServices
{
    private const string PortKey = CallbackOptions.Section + ":Port";
    private const string HostKey = CallbackOptions.Section + ":Host";
    private const string UrlKey = CallbackOptions.Section + ":Url";
    private const string SecretKey = CallbackOptions.Section + ":Secret";

    /// <summary>To be registered before what makes messages, so that an agent never calls back to a port that is not open.</summary>
    /// <param name="services">The container.</param>
    /// <param name="configuration">Has the section, or not.</param>
    /// <param name="listens">Whether the process takes callbacks, where a port is configured: a worker by itself does not.</param>
    /// <exception cref="UserErrorException">The configuration is wrong; all of what is wrong with it.</exception>
    public static IServiceCollection AddCallbacks(
        this IServiceCollection services, IConfiguration configuration, bool listens)
    {
        var (options, address) = Read(configuration);
        services.AddSingleton(options);
        if (options.Port is null || !listens)
            return services;
        services.AddSingleton<IHostedService>(provider => new CallbackServer(
            options, address, provider.GetRequiredService<CallbackAddresses>(),
            provider.GetRequiredService<CompletionRecorder>(), provider.GetRequiredService<ILogger<CallbackServer>>()));
        return services;
    }

    internal static (CallbackOptions Options, IPAddress Address) Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(CallbackOptions.Section);
        string[] keys = [PortKey, HostKey, UrlKey, SecretKey];
        var problems = section.GetChildren()
            .Where(child => !keys.Contains(child.Path, StringComparer.OrdinalIgnoreCase))
            .Select(child => $"{child.Path}: there is no such key; there are Host, Port, Secret, Url")
            .ToList();
        int? port = null;
        if (section["Port"] is { Length: > 0 } portText)
            if (int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 65_535)
                port = number;
            else
                problems.Add($"{PortKey}: '{portText}' is not a port, 1 to 65535, or 0 for any free one");
        var host = section["Host"] is { Length: > 0 } hostText ? hostText : "localhost";
        var address = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.Any,
            _ => IPAddress.TryParse(host, out var parsed) ? parsed : null,
        };
        if (address is null)
            problems.Add($"{HostKey}: '{host}' is not localhost, * for all addresses, or an IP address");
        Uri? url = null;
        if (section["Url"] is { Length: > 0 } urlText
            && (!Uri.TryCreate(urlText, UriKind.Absolute, out url) || url.Scheme is not ("http" or "https")))
            problems.Add($"{UrlKey}: '{urlText}' is not an address such as https://fleet.example.com");
        var secret = section["Secret"] ?? "";
        if ((port is not null || url is not null) && secret.Length < CallbackOptions.MinSecretLength)
            problems.Add($"{SecretKey}: is {(secret.Length == 0 ? "missing" : "too short")}; agents prove with tokens made from it "
                + $"that they were called. At least {CallbackOptions.MinSecretLength} characters, the same in all processes");
        return problems.Count == 0
            ? (new() { Port = port, Host = host, Url = url, Secret = secret }, address!)
            : throw new UserErrorException(problems);
    }
}
