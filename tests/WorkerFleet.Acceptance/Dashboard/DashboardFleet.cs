using System.Text.RegularExpressions;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Fleet;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Dashboard;

/// <summary>A whole fleet with its dashboard, in one process, and agents that fail now and then.</summary>
internal sealed partial class DashboardFleet : IAsyncDisposable
{
    private static readonly string[] Questions =
    [
        "Where is my parcel?", "The invoice has the wrong address", "I cannot sign in any more",
        "How do I change my plan?", "The app closes when I upload a picture",
    ];

    private DashboardFleet(TestFleet fleet) => Fleet = fleet;

    public TestFleet Fleet { get; }

    public Uri Address { get; private set; } = null!;

    public static async Task<DashboardFleet> StartAsync(RabbitMqBroker broker, ITestOutputHelper log, params string[] arguments)
    {
        var dashboard = new DashboardFleet(TestFleet.Create(broker, log));
        dashboard.Fleet.Workspace
            .Write("tickets.csv", Tickets(120)).Write("archive.csv", Tickets(9_000))
            .WithAgents(new
            {
                triage = Simulated("00:00:00.020", unavailable: 0.02, invalid: 0.06),
                summary = Simulated("00:00:00.400", unavailable: 0, invalid: 0.02),
            });
        var process = await dashboard.Fleet.Workspace.StartAsync(["up", "--api-port", "0", .. arguments]);
        await process.WaitForErrorAsync(" is ready: ");
        dashboard.Address = new(AddressIn().Match(process.Error).Value);
        return dashboard;
    }

    /// <summary>A batch some of whose rows fail for good, run to its end.</summary>
    public async Task<Guid> RunTriageAsync(string name = "support tickets")
    {
        var batch = await SubmitAsync("tickets.csv", "triage", name, "--attempts", "3", "--retry-delay", "100ms");
        await Fleet.WaitForEndAsync(batch);
        return batch;
    }

    /// <summary>A batch that runs for longer than any test.</summary>
    public Task<Guid> BeginSummariesAsync(string name = "archive") =>
        SubmitAsync("archive.csv", "summary", name, "--concurrency", "8");

    public async ValueTask DisposeAsync() => await Fleet.DisposeAsync();

    private Task<Guid> SubmitAsync(string source, string agent, string name, params string[] arguments) => Fleet.SubmitAsync(
    [
        source, "--agent", agent, "--name", name, "--id-column", "ticket",
        "--prompt", "Classify this ticket of {{customer}}: {{text}}", .. arguments,
    ]);

    private static object Simulated(string latency, double unavailable, double invalid) => new
    {
        Type = "simulated",
        Price = new { InputPerMillionTokens = 3, OutputPerMillionTokens = 15 },
        Simulated = new
        {
            Latency = latency, LatencySpread = 0.4, UnavailableRate = unavailable, InvalidInputRate = invalid,
            InputTokens = 1_200, OutputTokens = 80,
        },
    };

    private static string Tickets(int rows) => "ticket,customer,text\n" + string.Concat(Enumerable.Range(1, rows)
        .Select(row => $"T-{row:D5},customer {row % 97},{Questions[row % Questions.Length]}\n"));

    [GeneratedRegex("http://[^, ]+")]
    private static partial Regex AddressIn();
}
