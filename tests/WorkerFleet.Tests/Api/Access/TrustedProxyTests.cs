using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Configuration;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Access;

/// <summary>What is believed of the headers of proxies, and whose.</summary>
public sealed class TrustedProxyTests : IDisposable
{
    private const string Client = "203.0.113.7";

    private static readonly IPNetwork ThisMachine = IPNetwork.Parse("127.0.0.0/8");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WrongKeys_ThroughATrustedProxy_CountForTheClient()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, proxies: [ThisMachine]);
        for (var i = 0; i < FailedAttempts.MostInWindow; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, await WrongKeyAsync(host, Client));

        Assert.Equal(HttpStatusCode.TooManyRequests, await WrongKeyAsync(host, Client));
        Assert.Equal(HttpStatusCode.Unauthorized, await WrongKeyAsync(host, "203.0.113.8"));
    }

    [Fact]
    public async Task WrongKeys_ThroughAnybodyElse_CountForWhoSentThem()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, proxies: [IPNetwork.Parse("10.0.0.0/8")]);
        for (var i = 0; i < FailedAttempts.MostInWindow; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, await WrongKeyAsync(host, $"203.0.113.{i}"));

        Assert.Equal(HttpStatusCode.TooManyRequests, await WrongKeyAsync(host, "203.0.113.99"));
    }

    [Theory]
    [InlineData(Client, Client)]
    [InlineData("6.6.6.6, " + Client, Client)]
    [InlineData(Client + ", 10.1.2.3", Client)]
    [InlineData("6.6.6.6, " + Client + ", 10.1.2.3", Client)]
    public async Task AuditLog_ThroughTrustedProxies_HasTheNearestAddressThatIsNone(string forwarded, string expected)
    {
        await using var host = await AccessHost.StartAsync(
            _folder.Path, proxies: [ThisMachine, IPNetwork.Parse("10.0.0.0/8")]);
        using var client = host.Client(await host.AddKeyAsync());
        client.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);

        using var answer = await client.PostAsync($"/api/v1/batches/{await host.AddBatchAsync()}/pause", null);

        await Eventually.IsTrueAsync(() => host.Log.Lines.Any(line => line.Category == AuditLog.Category));
        Assert.EndsWith($"from {expected}",
            host.Log.Lines.Single(line => line.Category == AuditLog.Category).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Forwarded-For", Client)]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("X-Forwarded-Host", "localhost")]
    public async Task Loopback_ThroughATrustedProxyWithoutKey_IsNotFromThisMachine(string header, string value)
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, proxies: [ThisMachine]);
        using var client = host.Client();
        client.DefaultRequestHeaders.Add(header, value);

        using var answer = await client.GetAsync("/session");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.OK)]
    [InlineData(false, HttpStatusCode.BadRequest)]
    public async Task Loopback_ByAnotherName_IsAnsweredThroughATrustedProxyOnly(bool trusted, HttpStatusCode expected)
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, proxies: trusted ? [ThisMachine] : []);
        using var client = host.Client(await host.AddKeyAsync());
        client.DefaultRequestHeaders.Add("X-Forwarded-For", Client);
        client.DefaultRequestHeaders.Host = "fleet.example.com";

        using var answer = await client.GetAsync("/session");

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SignIn_OverHttpsAtTheProxy_GivesASecureCookieIfItIsTrusted(bool trusted)
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, proxies: trusted ? [ThisMachine] : []);
        using var client = host.Client();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", Client);
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        using var answer = await client.PostAsJsonAsync("/sign-in", new { key = await host.AddKeyAsync() });

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(trusted, Assert.Single(answer.Headers.GetValues("Set-Cookie"))
            .Contains("secure", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Read_ListOrText_HasAddressesAndNetworks()
    {
        Assert.Equal(
            ["10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32"],
            Read(new() { ["TrustedProxies:0"] = "10.0.0.0/8", ["TrustedProxies:1"] = "192.0.2.1, 2001:db8::/32" }));
        Assert.Equal(["127.0.0.1/32", "::1/128"], Read(new() { ["TrustedProxies"] = "127.0.0.1,::1" }));
        Assert.Empty(Read([]));
    }

    [Theory]
    [InlineData("proxy.example.com", "'proxy.example.com' is not an IP address, or a network")]
    [InlineData("10.0.0.0/33", "'10.0.0.0/33' is not an IP address, or a network")]
    [InlineData("0.0.0.0/0", "'0.0.0.0/0' would let everybody say who they are")]
    public void Read_WhatIsNone_IsOneProblem(string text, string expected)
    {
        var problems = new List<string>();

        Read(new() { ["TrustedProxies"] = $"10.0.0.0/8,{text}" }, problems);

        Assert.StartsWith($"Fleet:Api:TrustedProxies: {expected}", Assert.Single(problems), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Read(Dictionary<string, string?> settings, List<string>? problems = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.ToDictionary(setting => $"Fleet:Api:{setting.Key}", setting => setting.Value))
            .Build();
        return ApiOptionsReader.Read(configuration, problems ?? [])
            .TrustedProxies.Select(network => network.ToString());
    }

    private static async Task<HttpStatusCode> WrongKeyAsync(AccessHost host, string from)
    {
        using var client = host.Client("fleet_no");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", from);
        using var answer = await client.GetAsync("/session");
        return answer.StatusCode;
    }
}
