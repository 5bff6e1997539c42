using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Agents;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Submission;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Messaging;
using WorkerFleet.S3;
using WorkerFleet.Sources;
using WorkerFleet.Sqlite;
using WorkerFleet.Tests.Cli;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Api;

/// <summary>The API on a port of its own, over a store of its own, beside a whole fleet in this process.</summary>
internal sealed class ApiFixture : IAsyncDisposable
{
    private readonly CliProcess _cli = new();
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private ApiFixture(ApiOptions options, Action<IServiceCollection>? more, bool drives, IConfiguration configuration)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        var services = builder.Services;
        services.AddLogging();
        services.AddSingleton<IAgentCatalog>(Agents);
        services.AddS3(new());
        services.AddSqliteStore(Path.Combine(_cli.Folder, "data")).AddFleet();
        if (drives)
        {
            services.AddEmbeddedFleet(concurrency: 16);
            services.AddSingleton(new DrivenBatches { All = true });
            services.AddSingleton<IBatchDrivers, FleetDrivers>();
            // The load of other tests is no pressure on this fleet.
            services.AddSingleton<IResourceMeter, StubResources>();
        }

        services.AddSingleton(_cli.CreateContext(TextWriter.Null, TextWriter.Null));
        services.AddSingleton(new CommonValues(_cli.Folder, null, false, null, configuration));
        services.AddSingleton<IBatchRequests, ApiRequests>();
        builder.AddFleetApi(options with { Port = 0 });
        // A client that a test holds up, or that is held up with it, is not too slow.
        services.Configure<KestrelServerOptions>(kestrel =>
            (kestrel.Limits.MinRequestBodyDataRate, kestrel.Limits.MinResponseDataRate) = (null, null));
        services.AddAuthentication(TestCallers.Name)
            .AddScheme<AuthenticationSchemeOptions, TestCallers>(TestCallers.Name, null);
        services.PostConfigure<AuthenticationOptions>(authentication =>
            authentication.DefaultScheme = TestCallers.Name);
        more?.Invoke(services);
        _app = builder.Build();
        _app.UseFleetApi();
        _client = new();
    }

    public TestAgents Agents { get; } = new();

    public Uri Address { get; private set; } = null!;

    /// <summary>A folder that is gone with the fixture.</summary>
    public string Folder => _cli.Folder;

    /// <summary>Sees and may do everything.</summary>
    public HttpClient Client => _client;

    /// <param name="options">Null for the defaults.</param>
    /// <param name="more">Replaces services.</param>
    /// <param name="drives">Whether there is a fleet.</param>
    /// <param name="settings">The configuration that the defaults of batches come from.</param>
    public static async Task<ApiFixture> StartAsync(
        ApiOptions? options = null, Action<IServiceCollection>? more = null, bool drives = true,
        Dictionary<string, string?>? settings = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings ?? []).Build();
        var fixture = new ApiFixture(options ?? new() { RequestsPerSecond = 0 }, more, drives, configuration);
        await fixture._app.StartAsync();
        fixture.Address = fixture.Get<ApiAddress>().Of();
        fixture._client.BaseAddress = fixture.Address;
        return fixture;
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>A caller with that owner and those scopes alone.</summary>
    public HttpClient As(string? owner, params string[] scopes)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (owner is not null)
            client.DefaultRequestHeaders.Add(TestCallers.OwnerHeader, owner);
        client.DefaultRequestHeaders.Add(TestCallers.ScopesHeader, string.Join(',', scopes));
        return client;
    }

    /// <summary>Submits that many rows in slices of 16, beside the API.</summary>
    public async Task<Guid> SubmitAsync(int rows, string owner = "ann", Func<BatchSpec, BatchSpec>? change = null)
    {
        var csv = new StringBuilder("n,word\n");
        for (var i = 0; i < rows; i++)
            csv.Append(i).Append(",w").Append(i).Append('\n');
        var spec = new BatchSpec
        {
            Name = "rows.csv",
            Owner = owner,
            Mapping = new() { Prompt = "Look at {{n}}", IdColumn = "word" },
            Agents = new() { Default = TestAgents.Name },
            Retry = new() { BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(20) },
            Limits = new() { SliceSize = 16, Concurrency = 8 },
        };
        using var source = new MemoryStream(Encoding.UTF8.GetBytes(csv.ToString()));
        var result = await Get<BatchSubmitter>().SubmitAsync(
            new(source, new() { DisplayName = "rows.csv", Format = SourceFormat.Csv }, change?.Invoke(spec) ?? spec,
                Output: null, ReuseUnfinished: false),
            CancellationToken.None);
        Assert.Empty(result.Problems);
        return result.BatchId!.Value;
    }

    /// <summary>Waits until the batch is over.</summary>
    public Task<BatchState?> EndsAsync(Guid batch, int round = 0) => ComesToAsync(
        batch, state => BatchStatus.IsFinal(state.CurrentState) && state.Round == round);

    public Task<BatchState?> ComesToAsync(Guid batch, Func<BatchState, bool> holds) => Eventually.HoldsAsync(
        () => Get<IBatchStore>().FindAsync(batch, CancellationToken.None), state => state is not null && holds(state));

    public async Task<JsonElement> ReadAsync(string path, HttpClient? client = null)
    {
        using var response = await (client ?? Client).GetAsync(path);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} "
            + $"{await response.Content.ReadAsStringAsync()}");
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public string Write(string name, string content) => _cli.Write(name, content);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _cli.Dispose();
    }
}
