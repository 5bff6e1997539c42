using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerFleet.Access;
using WorkerFleet.Agents;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Live;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;
using WorkerFleet.Sqlite;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Access;

/// <summary>An API on a real port over a store of its own, with batches that a test puts there.</summary>
internal sealed class AccessHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AccessHost(WebApplication app, RecordedLog log) => (_app, Log) = (app, log);

    public Uri Address => new UriBuilder(Get<ApiAddress>().Of()) { Host = "localhost" }.Uri;

    /// <summary>What was logged, by category.</summary>
    public RecordedLog Log { get; }

    /// <param name="folder">Of the store; a second host over it is as the first one after a restart.</param>
    /// <param name="elsewhere">Whether it could be reached from other machines.</param>
    /// <param name="port">0 for a free one.</param>
    /// <param name="add">Registers more.</param>
    /// <param name="proxies">Whose forwarded headers are believed.</param>
    public static async Task<AccessHost> StartAsync(
        string folder, bool elsewhere = false, int port = 0, Action<IServiceCollection>? add = null,
        params IPNetwork[] proxies)
    {
        var log = new RecordedLog();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddLogging(logging => logging.AddProvider(log));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        builder.Services.AddAgents(new ConfigurationBuilder().Build());
        builder.Services.AddSqliteStore(folder);
        builder.Services.AddFleet();
        add?.Invoke(builder.Services);
        builder.AddFleetApi(new ApiOptions
        {
            Port = port,
            TrustedProxies = proxies,
            Address = elsewhere ? IPAddress.Any : IPAddress.Loopback,
        });
        var app = builder.Build();
        app.UseFleetApi();
        await app.StartAsync();
        return new AccessHost(app, log);
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>A client without cookies; with a key, if one is given.</summary>
    public HttpClient Client(string? key = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromSeconds(60),
        };
        if (key is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public async Task<string> AddKeyAsync(string? owner = null, DateTimeOffset? expires = null, params string[] scopes)
    {
        var text = ApiKeyText.Create();
        await Get<IApiKeys>().AddAsync(
            new ApiKey
            {
                Id = text.Id,
                SecretHash = text.Hash,
                Name = "test key",
                Owner = owner,
                Scopes = scopes.Length == 0 ? ["read", "submit", "operate"] : scopes,
                CreatedAt = TimeProvider.System.GetUtcNow(),
                ExpiresAt = expires,
            },
            default);
        return text.ToString();
    }

    public async Task<Guid> AddBatchAsync(string owner = "ada", string status = BatchStatus.Processing, long rows = 10)
    {
        var batch = new BatchState
        {
            CorrelationId = Guid.CreateVersion7(),
            CurrentState = status,
            Spec = new BatchSpec { Name = "rows.csv", Owner = owner },
            TotalRows = rows,
            SubmittedAt = TimeProvider.System.GetUtcNow(),
        };
        await Get<IBatchStore>().InsertAsync(batch, default);
        return batch.CorrelationId;
    }

    public async Task ChangeAsync(Guid batchId, Action<BatchState> change)
    {
        var batch = (await Get<IBatchStore>().FindAsync(batchId, default))!;
        var version = batch.Version;
        change(batch);
        batch.Version = version + 1;
        await Get<IBatchStore>().UpdateAsync(batch, version, default);
    }

    /// <summary>The last sample of a batch that is watched, once it satisfies.</summary>
    public Task<IReadOnlyList<LiveSample<BatchLiveJson>>> SampledAsync(Guid batchId, Func<BatchLiveJson, bool> holds) =>
        Eventually.HoldsAsync(
            () => Task.FromResult(Get<LiveFeed>().HistoryOf(batchId)),
            samples => samples.Count > 0 && holds(samples[^1].Value));

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
