using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerFleet.Agents;
using WorkerFleet.Api.Access;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api;

public sealed class AuditTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _lines = new();
    private ApiFixture _api = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiFixture.StartAsync(more: services => services.AddSingleton<ILoggerProvider>(new Lines(_lines)));
        _api.Agents.OnInvoke = (_, _) => Task.FromResult(AgentReply.Succeed("1"u8.ToArray()));
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Requests_ThatChangeSomething_AreInTheLogWithWhoWhatAndOutcome()
    {
        var batch = await _api.SubmitAsync(1, owner: "ann");
        await _api.EndsAsync(batch);
        using var ann = _api.As("ann", Scopes.Operate, Scopes.Read);

        await AnswersAsync(ann, $"/api/v1/batches/{batch}/cancel", HttpStatusCode.Conflict);
        await AnswersAsync(ann, "/api/v1/batches", HttpStatusCode.Forbidden);
        await AnswersAsync(ann, "/api/v1/dead-letters/replay", HttpStatusCode.Accepted, """{"all": true}""");
        await _api.ReadAsync("/api/v1/batches", ann);

        await Eventually.IsTrueAsync(() => _lines.Count >= 3);
        Assert.Collection(
            _lines,
            line => Assert.StartsWith(
                $"audit: CancelBatch {batch}: refused (409); by tester, key (none), owner ann, from ", line,
                StringComparison.Ordinal),
            line => Assert.StartsWith("audit: SubmitBatch -: refused (403); by tester", line, StringComparison.Ordinal),
            line => Assert.StartsWith(
                "audit: ReplayDeadLetters all batches: done; by tester", line, StringComparison.Ordinal));
    }

    private static async Task AnswersAsync(HttpClient client, string path, HttpStatusCode status, string body = "{}")
    {
        using var response = await client.PostAsync(path, ApiAssert.Json(body));
        Assert.Equal(status, response.StatusCode);
    }

    private sealed class Lines(ConcurrentQueue<string> lines) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) =>
            categoryName == AuditLog.Category ? new Writer(lines)
                : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public void Dispose()
        {
        }
    }

    private sealed class Writer(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => lines.Enqueue(formatter(state, exception));
    }
}
