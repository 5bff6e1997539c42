using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerFleet.Agents;
using WorkerFleet.Items;
using WorkerFleet.Tests.EndToEnd;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Telemetry;

public sealed class ItemScopeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Log_WhileAnItemIsWorkedOn_SaysBatchRowSessionAndTrace()
    {
        using var log = new ScopedLog();
        var agents = new TestAgents { OnInvoke = (_, _) => throw new InvalidOperationException("It broke.") };
        await using var fleet = await EmbeddedFleet.StartAsync(_folder, services => services
            .AddSingleton<IAgentCatalog>(agents).AddLogging(logging => logging.AddProvider(log)));

        var id = await fleet.SubmitAsync(1, spec => spec with { Retry = new() { MaxAttempts = 1 } });
        var batch = await fleet.EndsAsync(id);

        // The line that says that the agent threw.
        var scope = log.Lines[1302].Single();
        Assert.Equal(id, scope["BatchId"]);
        Assert.Equal(0L, scope["Index"]);
        Assert.Equal(ItemSession.IdFor(id, 0), scope["Session"]);
        Assert.Equal(batch.TraceParent!.Split('-')[1], scope["BatchTraceId"]);
    }

    /// <summary>Remembers what the scopes say of each line, by its event's id.</summary>
    private sealed class ScopedLog : ILoggerProvider, ISupportExternalScope
    {
        private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

        public ConcurrentDictionary<int, ConcurrentQueue<Dictionary<string, object?>>> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Category(this);

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public void Dispose()
        {
        }

        private sealed class Category(ScopedLog log) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception,
                Func<TState, Exception?, string> formatter)
            {
                var said = new Dictionary<string, object?>();
                log._scopes.ForEachScope(
                    static (scope, all) =>
                    {
                        foreach (var (name, value) in scope as IEnumerable<KeyValuePair<string, object?>> ?? [])
                            all[name] = value;
                    },
                    said);
                log.Lines.GetOrAdd(eventId.Id, _ => []).Enqueue(said);
            }
        }
    }
}
