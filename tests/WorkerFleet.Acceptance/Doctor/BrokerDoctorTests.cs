using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Processes;

namespace WorkerFleet.Acceptance.Doctor;

/// <summary>What can be wrong between a fleet and a real broker.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class BrokerDoctorTests(RabbitMqBroker broker) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Workspace _fleet = Workspace.Create();
    private readonly string _prefix = RabbitMqBroker.NewPrefix();

    public Task InitializeAsync()
    {
        _fleet.Environment["FLEET__BROKER"] = broker.Uri.ToString();
        _fleet.Environment["FLEET__RABBITMQ__PREFIX"] = _prefix;
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        using var limit = new CancellationTokenSource(Limit);
        await broker.PurgeAndDeleteQueuesAsync(_prefix, limit.Token);
    }

    [Fact]
    public async Task Doctor_BrokerGone_IsUnreachable()
    {
        using var relay = new TcpRelay(broker.Uri);
        _fleet.Environment["FLEET__BROKER"] = relay.Address.ToString();
        relay.Cut();

        (await ExamineAsync("broker")).ShouldFind("broker.unreachable");
    }

    [Fact]
    public async Task Doctor_OtherPassword_IsRefused()
    {
        _fleet.Environment["FLEET__RABBITMQ__PASSWORD"] = "another-one";

        var exam = (await ExamineAsync("broker")).ShouldFind("broker.credentials");

        Assert.DoesNotContain("another-one", exam.Exit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_NoSuchVirtualHost_IsNotLetIn()
    {
        _fleet.Environment["FLEET__BROKER"] = new UriBuilder(broker.Uri) { Path = "/no-such-host" }.Uri.ToString();

        (await ExamineAsync("broker")).ShouldFind("broker.vhost").ShouldSay("broker.vhost", "no-such-host");
    }

    [Fact]
    public async Task Doctor_CertificateOfAnUnknownAuthority_IsNotTrusted()
    {
        _fleet.Environment["FLEET__BROKER"] = OwnTls().UriAs("localhost").ToString();

        (await ExamineAsync("broker")).ShouldFind("broker.untrusted");
    }

    [Fact]
    public async Task Doctor_CertificateOfATrustedAuthority_IsWell()
    {
        _fleet.Environment["FLEET__BROKER"] = OwnTls().UriAs("localhost").ToString();
        _fleet.Environment["FLEET__RABBITMQ__TLS__CAFILE"] = OwnTls().CaFile;

        (await ExamineAsync("broker,queues")).ShouldBeWell();
    }

    [Fact]
    public async Task Doctor_QueueOfOtherArguments_Differs()
    {
        using var limit = new CancellationTokenSource(Limit);
        await using var connection = await broker.ConnectAsync(limit.Token);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: limit.Token);
        await channel.QueueDeclareAsync(
            $"{_prefix}items", durable: true, exclusive: false, autoDelete: false, cancellationToken: limit.Token);

        (await ExamineAsync("queues")).ShouldFind("queues.differ").ShouldSay("queues.differ", $"{_prefix}items");
    }

    [Fact]
    public async Task Doctor_UserWithoutRights_IsDenied()
    {
        using var limit = new CancellationTokenSource(Limit);
        await broker.AddReaderAsync($"{_prefix}reader", ".*", limit.Token);
        await using var connection = await broker.ConnectAsync(limit.Token);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: limit.Token);
        await channel.QueueDeclareAsync(
            $"{_prefix}items", durable: true, exclusive: false, autoDelete: false, cancellationToken: limit.Token);
        _fleet.Environment["FLEET__RABBITMQ__USERNAME"] = _fleet.Environment["FLEET__RABBITMQ__PASSWORD"] = $"{_prefix}reader";

        (await ExamineAsync("queues")).ShouldFind("queues.denied").ShouldSay("queues.denied", "may not configure");
    }

    private Task<DoctorExam> ExamineAsync(string checks) => DoctorExam.RunAsync(_fleet, "--only", checks);

    private BrokerTls OwnTls() => broker.Tls ?? throw new InvalidOperationException(
        $"This test needs a broker of this machine's own: unset {RabbitMqBroker.AddressVariable}, and install rabbitmq-server.");
}
