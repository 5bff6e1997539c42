using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Tests.Api.Access;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Live;

/// <summary>The hub, by its protocol: JSON messages that end with a record separator, over a WebSocket.</summary>
public sealed class LiveHubTests : IDisposable
{
    private const int Item = 2;
    private const int Completion = 3;
    private const char End = '\x1e';

    private readonly TempFolder _folder = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));

    [Fact]
    public async Task Watch_BatchThatEnds_StreamsItToItsEnd()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var batch = await host.AddBatchAsync();
        using var socket = await ConnectAsync(host);

        await SendAsync(socket, $$"""{"type":4,"invocationId":"1","target":"Watch","arguments":["{{batch}}",null]}""");
        var first = await NextAsync(socket);
        await host.ChangeAsync(batch, state => state.CurrentState = BatchStatus.Failed);
        var (last, completion) = (first, await NextAsync(socket));
        while (TypeOf(completion) == Item)
            (last, completion) = (completion, await NextAsync(socket));

        Assert.Equal("Processing", StatusOf(first));
        Assert.Equal("Failed", StatusOf(last));
        Assert.False(completion.TryGetProperty("error", out _));
    }

    [Fact]
    public async Task Watch_BatchOfAnotherOwner_IsRefused()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        using var socket = await ConnectAsync(host, await host.AddKeyAsync("ada"));

        var hidden = await host.AddBatchAsync("bob");

        await SendAsync(socket, $$"""{"type":4,"invocationId":"1","target":"Watch","arguments":["{{hidden}}",null]}""");
        var completion = await NextAsync(socket);

        Assert.Equal(Completion, TypeOf(completion));
        Assert.Contains("There is no batch", completion.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WatchBatches_OfAnOwner_HasItsOwn()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        await host.AddBatchAsync("bob");
        var own = await host.AddBatchAsync("ada");
        using var socket = await ConnectAsync(host, await host.AddKeyAsync("ada"));

        await SendAsync(socket, """{"type":4,"invocationId":"1","target":"WatchBatches","arguments":[]}""");

        var batches = (await NextAsync(socket)).GetProperty("item").GetProperty("batches");
        Assert.Equal(own, Assert.Single(batches.EnumerateArray()).GetProperty("batch_id").GetGuid());
    }

    [Fact]
    public async Task Connection_WithoutTheScope_IsRefused()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var key = await host.AddKeyAsync(null, null, "operate");

        var exception = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(host, key));

        Assert.Contains("403", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_FromAPageOfAnotherSite_IsRefused()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);

        var exception = await Assert.ThrowsAsync<WebSocketException>(
            () => ConnectAsync(host, origin: "http://attacker.example"));

        Assert.Contains("403", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _limit.Dispose();
    }

    private async Task<ClientWebSocket> ConnectAsync(AccessHost host, string? key = null, string? origin = null)
    {
        var socket = new ClientWebSocket();
        if (key is not null)
            socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        var address = new UriBuilder(host.Address) { Scheme = "ws", Path = "/hubs/live" }.Uri;
        await socket.ConnectAsync(address, _limit.Token);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        Assert.Equal("{}", (await ReadAsync(socket)).GetRawText());
        return socket;
    }

    private Task SendAsync(ClientWebSocket socket, string message) => socket.SendAsync(
        Encoding.UTF8.GetBytes(message + End), WebSocketMessageType.Text, endOfMessage: true, _limit.Token);

    /// <summary>The next message but pings.</summary>
    private async Task<JsonElement> NextAsync(ClientWebSocket socket)
    {
        while (true)
        {
            var message = await ReadAsync(socket);
            if (TypeOf(message) is Item or Completion)
                return message;
        }
    }

    /// <summary>One message: a byte at a time, since a frame may hold several.</summary>
    private async Task<JsonElement> ReadAsync(ClientWebSocket socket)
    {
        var text = new List<byte>();
        var one = new byte[1];
        while (true)
        {
            var received = await socket.ReceiveAsync(one, _limit.Token);
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            if (received.Count == 0)
                continue;
            if (one[0] == End)
                return JsonDocument.Parse(text.ToArray()).RootElement;
            text.Add(one[0]);
        }
    }

    private static int TypeOf(JsonElement message) => message.GetProperty("type").GetInt32();

    private static string? StatusOf(JsonElement message) =>
        message.GetProperty("item").GetProperty("batch").GetProperty("status").GetString();
}
