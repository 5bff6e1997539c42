using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Sources;
using WorkerFleet.Sqlite;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.EndToEnd;

/// <summary>The whole fleet in this process, over a data folder that outlives it.</summary>
internal sealed class EmbeddedFleet : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TempFolder _folder;

    private EmbeddedFleet(TempFolder folder, Action<IServiceCollection> addAgents, Faults? faults)
    {
        _folder = folder;
        var builder = Host.CreateEmptyApplicationBuilder(new());
        addAgents(builder.Services);
        builder.Services.AddSqliteStore(folder["data"]).AddFleet().AddEmbeddedFleet(concurrency: 16);
        if (faults is not null)
        {
            faults.Decorate<ILedger>(builder.Services);
            faults.Decorate<IJournal>(builder.Services);
            faults.Decorate<ISchedule>(builder.Services);
            faults.Decorate<IDeadLetters>(builder.Services);
            faults.Decorate<IBatchStore>(builder.Services);
        }

        _host = builder.Build();
    }

    public BatchController Controller => Get<BatchController>();

    public string Output => _folder["out"];

    public static Task<EmbeddedFleet> StartAsync(TempFolder folder, IAgentCatalog agents, Faults? faults = null) =>
        StartAsync(folder, services => services.AddSingleton(agents), faults);

    public static async Task<EmbeddedFleet> StartAsync(
        TempFolder folder, Action<IServiceCollection> addAgents, Faults? faults = null)
    {
        var fleet = new EmbeddedFleet(folder, addAgents, faults);
        await fleet._host.StartAsync();
        return fleet;
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public Task StopAsync() => _host.StopAsync();

    /// <summary>Stops, but waits no longer than this for what is in flight.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        using var source = new CancellationTokenSource(limit);
        try
        {
            await _host.StopAsync(source.Token);
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested)
        {
            // The host says so when the limit cut its waiting short.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    /// <summary>Submits that many rows in slices of 16, and drives them.</summary>
    public async Task<Guid> SubmitAsync(
        int rows, Func<BatchSpec, BatchSpec>? change = null, string? traceParent = null)
    {
        var csv = new StringBuilder("n\n");
        for (var i = 0; i < rows; i++)
            csv.Append(i).Append('\n');
        var spec = new BatchSpec
        {
            Name = "rows.csv",
            Mapping = new() { Prompt = "Look at {{n}}" },
            Agents = new() { Default = TestAgents.Name },
            Retry = new() { BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(20) },
            Limits = new() { SliceSize = 16, Concurrency = 8 },
        };
        using var source = new MemoryStream(Encoding.UTF8.GetBytes(csv.ToString()));
        var result = await Get<BatchSubmitter>().SubmitAsync(
            new(source, new() { DisplayName = "rows.csv", Format = SourceFormat.Csv }, change?.Invoke(spec) ?? spec, Output,
                TraceParent: traceParent),
            CancellationToken.None);
        Assert.Empty(result.Problems);
        Drive(result.BatchId!.Value);
        return result.BatchId.Value;
    }

    public void Drive(Guid batchId) => Get<DrivenBatches>().Add(batchId);

    public Task<BatchState> EndsAsync(Guid batchId, int round = 0) => ComesToAsync(
        batchId, batch => BatchStatus.IsFinal(batch.CurrentState) && batch.Round == round);

    /// <summary>Waits until the batch was told to end; over it may be already.</summary>
    public Task<BatchState> IsToEndAsync(Guid batchId) => ComesToAsync(
        batchId, batch => batch.CurrentState == BatchStatus.Cancelling || BatchStatus.IsFinal(batch.CurrentState));

    public async Task<BatchState> ComesToAsync(Guid batchId, Func<BatchState, bool> state) => (await Eventually.HoldsAsync(
        () => Get<IBatchStore>().FindAsync(batchId, CancellationToken.None), batch => batch is not null && state(batch)))!;

    public Task<ItemCounts> CountAsync(Guid batchId) => Get<ILedger>().CountAsync(batchId, CancellationToken.None);

    public Task SettlesAsync(Guid batchId, int atLeast) =>
        Eventually.HoldsAsync(() => CountAsync(batchId), counts => counts.Settled >= atLeast);

    public async Task<IReadOnlyList<long>> SucceededAsync(Guid batchId) =>
        [.. (await Get<ILedger>().ReadSettledAsync(
            batchId, 0, long.MaxValue, ItemState.Succeeded, 10_000, CancellationToken.None)).Select(item => item.Index)];

    public async Task AuditPassesAsync(Guid batchId)
    {
        var report = await Get<LedgerAudit>().AuditAsync(batchId, CancellationToken.None);
        Assert.All(report.Checks, check => Assert.True(check.Passed, $"{check.Name} {check.Detail}"));
        Assert.Equal(report.RowsIn, report.Counts.Total);
    }
}
