using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkerFleet.Tests.Fakes;

/// <summary>Remembers what a host logs, from information on.</summary>
internal sealed class RecordedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public IReadOnlyCollection<LogLine> Lines => _lines;

    /// <summary>What somebody who watches over a process would be woken by.</summary>
    public IEnumerable<LogLine> Problems => _lines.Where(line => line.Level >= LogLevel.Warning);

    public ILogger CreateLogger(string categoryName) => new Category(_lines, categoryName);

    public void Dispose()
    {
    }

    internal sealed record LogLine(LogLevel Level, string Category, string Text);

    private sealed class Category(ConcurrentQueue<LogLine> lines, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new(logLevel, name, $"{formatter(state, exception)} {exception}".TrimEnd()));
    }
}
