using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using WorkerFleet.AgentCore;
using WorkerFleet.AgentCore.LocalAgent;
using WorkerFleet.Agents;
using WorkerFleet.Items;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.AgentCore;

public sealed class LocalAgentHostTests
{
    private const string Input = """{"messages":[{"role":"user","content":"hi"}]}""";

    [Theory]
    [InlineData(LocalAgentBehaviour.Echo)]
    [InlineData(LocalAgentBehaviour.Slow)]
    [InlineData(LocalAgentBehaviour.Streaming)]
    public async Task Invoke_GoodBehaviour_Echoes(LocalAgentBehaviour behaviour)
    {
        await using var local = await StartAsync(
            new LocalAgentOptions { Behaviour = behaviour, Latency = TimeSpan.FromMilliseconds(6) });

        var reply = await HttpCall.InvokeAsync(local.Address.ToString(), Input);

        Assert.Null(reply.Failure);
        Assert.Equal("""{"echo":"hi"}""", reply.Text());
        await local.UntilAsync(counts => counts.InFlight == 0);
        Assert.Equal((1, 1, 0), (local.Stats.Read().Invocations, local.Stats.Read().Succeeded, local.Stats.Read().Failed));
    }

    [Theory]
    [InlineData(LocalAgentBehaviour.Echo)]
    [InlineData(LocalAgentBehaviour.Streaming)]
    public async Task Invoke_WithUsage_TellsItInTheAnswer(LocalAgentBehaviour behaviour)
    {
        await using var local = await StartAsync(new LocalAgentOptions { Behaviour = behaviour, Usage = true });

        var reply = await HttpCall.InvokeAsync(local.Address.ToString(), Input);

        Assert.Equal("""{"echo":"hi","usage":{"input_tokens":11,"output_tokens":3}}""", reply.Text());
        Assert.Equal(new AgentUsage(11, 3), AgentUsageReader.Default.Read(reply.Output));
    }

    [Fact]
    public async Task Invoke_Failing_AlwaysFails()
    {
        await using var local = await StartAsync(new LocalAgentOptions { Behaviour = LocalAgentBehaviour.Failing });

        var failure = (await HttpCall.InvokeAsync(local.Address.ToString(), Input)).Failure!;

        Assert.Equal((FailureKind.Unavailable, 500), (failure.Kind, failure.StatusCode));
        Assert.EndsWith("failed on purpose", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_Flaky_GetsThroughInTheEndAndInTheSameWayEachTime()
    {
        var first = await FlakyTriesAsync(seed: 1);
        var again = await FlakyTriesAsync(seed: 1);
        var other = await FlakyTriesAsync(seed: 2);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.Contains(first, tries => tries > 1);
        Assert.Equal(0.5, 100.0 / first.Sum(), 0.1);
    }

    [Fact]
    public async Task Invoke_NoSession_IsRefused()
    {
        await using var local = await StartAsync(new LocalAgentOptions());
        using var client = new HttpClient();

        using var response = await client.PostAsync(
            new Uri(local.Address, "invocations"), new StringContent(Input));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Missing session", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, local.Stats.Invocations);
    }

    [Fact]
    public async Task Invoke_BadJson_IsRefused()
    {
        await using var local = await StartAsync(new LocalAgentOptions());
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add(AgentHeaders.SessionId, HttpCall.SessionId);

        using var response = await client.PostAsync(
            new Uri(local.Address, "invocations"), new StringContent("{\"a\":"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("Invalid JSON", body.RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Ping_WhileBusy_SaysSoAndStaysWell()
    {
        await using var local = await StartAsync(
            new LocalAgentOptions { Behaviour = LocalAgentBehaviour.Slow, Latency = TimeSpan.FromHours(1) });
        using var client = new HttpClient();
        using var agent = HttpCall.Agent(local.Address.ToString(), time: new ManualTime());
        var idle = await PingAsync(client, local);
        using var cancellation = new CancellationTokenSource();
        var invocation = HttpCall.InvokeAsync(local.Address.ToString(), Input, cancellationToken: cancellation.Token);
        await local.UntilAsync(counts => counts.InFlight == 1);

        var busy = await PingAsync(client, local);
        Assert.Equal("Healthy", idle.GetProperty("status").GetString());
        Assert.Equal("HealthyBusy", busy.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Number, busy.GetProperty("time_of_last_update").ValueKind);
        Assert.Null(await agent.ProbeAsync(CancellationToken.None));

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invocation);
        await local.UntilAsync(counts => counts is { InFlight: 0, Failed: 1 });
    }

    [Fact]
    public async Task Stats_AfterInvocations_CountsThem()
    {
        await using var local = await StartAsync(new LocalAgentOptions());
        for (var calls = 0; calls < 2; calls++)
        {
            await HttpCall.InvokeAsync(local.Address.ToString(), Input);
            // The answer is there before the agent has counted it.
            await local.UntilAsync(counts => counts.InFlight == 0);
        }

        using var client = new HttpClient();

        Assert.Equal(
            """{"invocations":2,"succeeded":2,"failed":0,"in_flight":0,"max_in_flight":1}""",
            await client.GetStringAsync(new Uri(local.Address, "stats")));
    }

    [Fact]
    public async Task Start_PortTaken_SaysSo()
    {
        await using var local = await StartAsync(new LocalAgentOptions());

        var exception = await Assert.ThrowsAnyAsync<IOException>(
            () => StartAsync(new LocalAgentOptions { Port = local.Address.Port }));

        Assert.Contains("address already in use", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_BadOptions_NamesAllOfThem()
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => LocalAgentHost.StartAsync(
            new LocalAgentOptions { Port = 70_000, FailureRate = 2, Chunks = -1, Latency = TimeSpan.FromDays(1) },
            CancellationToken.None));

        Assert.All(["Port", "FailureRate", "Chunks", "Latency"], name =>
            Assert.Contains($"{name}: ", exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_AnyPort_ListensOnTheLoopbackAddressOnly()
    {
        await using var local = await StartAsync(new LocalAgentOptions());
        using var outside = new TcpListener(IPAddress.Parse("127.0.0.2"), local.Address.Port);

        outside.Start();

        Assert.Equal("127.0.0.1", local.Address.Host);
    }

    private static async Task<int[]> FlakyTriesAsync(int seed)
    {
        await using var local = await StartAsync(new LocalAgentOptions
        {
            Behaviour = LocalAgentBehaviour.Flaky,
            FailureRate = 0.5,
            Seed = seed,
        });
        using var agent = HttpCall.Agent(local.Address.ToString());
        using var input = JsonDocument.Parse(Input);
        var tries = new int[100];
        for (var row = 0; row < tries.Length; row++)
        {
            ItemFailure? failure;
            do
            {
                failure = (await agent.InvokeAsync(
                    new AgentCall(ItemSession.IdFor(Guid.Empty, row), Guid.Empty, row, ++tries[row], input.RootElement),
                    CancellationToken.None)).Failure;
                Assert.True(failure is null or { Retryable: true, StatusCode: 429 or 500 or 503 });
                Assert.Equal(failure?.StatusCode == 429 ? TimeSpan.FromSeconds(1) : null, failure?.RetryAfter);
            }
            while (failure is not null);
        }
        return tries;
    }

    private static async Task<JsonElement> PingAsync(HttpClient client, LocalAgentHost local)
    {
        using var body = JsonDocument.Parse(await client.GetStringAsync(new Uri(local.Address, "ping")));
        return body.RootElement.Clone();
    }

    private static Task<LocalAgentHost> StartAsync(LocalAgentOptions options) =>
        LocalAgentHost.StartAsync(options.Port == 8080 ? options with { Port = 0 } : options, CancellationToken.None);
}
