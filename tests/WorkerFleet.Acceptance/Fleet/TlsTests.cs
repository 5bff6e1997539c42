using System.Globalization;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using WorkerFleet.Conformance.Emulators;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>A fleet that meets at a broker over TLS. Shows nothing where the broker is not a node of this machine's.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class TlsTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const string CaFile = "FLEET__RABBITMQ__TLS__CAFILE";

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task Fleet_BrokerOfATrustedAuthority_CompletesABatch()
    {
        if (broker.Tls is not { } tls)
            return;
        // The first host does not listen: the fleet goes to the next.
        _fleet.Workspace.Environment["FLEET__BROKER"] = string.Create(
            CultureInfo.InvariantCulture, $"amqps://guest:guest@localhost:{LoopbackPorts.Free()}/");
        _fleet.Workspace.Environment["FLEET__RABBITMQ__HOSTS"] = string.Create(
            CultureInfo.InvariantCulture, $"localhost:{tls.Port}");
        _fleet.Workspace.Environment[CaFile] = tls.CaFile;
        _fleet.Workspace.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, 100).Select(row => $"{row}\n")));
        await _fleet.StartAsync(1, 1);

        var batch = await _fleet.SubmitAsync("rows.csv", "--agent", "echo", "--prompt", "{{n}}", "--output", "results");

        Assert.Equal(BatchStatus.Completed, (await _fleet.WaitForEndAsync(batch)).Batch.CurrentState);
        new Export(_fleet.Workspace["results"]).ShouldBeComplete(100);
    }

    [Theory]
    [InlineData("localhost", false)]
    [InlineData("127.0.0.1", true)]
    public async Task Worker_CertificateOfAnotherAuthorityOrName_SaysSoAndSendsNothing(string host, bool trusted)
    {
        if (broker.Tls is not { } tls)
            return;
        _fleet.Workspace.Environment["FLEET__BROKER"] = tls.UriAs(host).ToString();
        if (trusted)
            _fleet.Workspace.Environment[CaFile] = tls.CaFile;

        var worker = await _fleet.BeginWorkerAsync();

        await worker.Process.WaitForErrorAsync("certificate");
        Assert.False(worker.IsReady);
    }
}
