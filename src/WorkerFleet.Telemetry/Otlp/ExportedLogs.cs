using Microsoft.Extensions.Logging;

namespace WorkerFleet.Telemetry.Otlp;

/// <summary>Hands log events on to the exporter, from the level on that the process logs.</summary>
/// <param name="exporter">Belongs to who made it.</param>
/// <param name="from">The level.</param>
internal sealed class ExportedLogs(ILoggerFactory exporter, LogLevel from) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Category(exporter.CreateLogger(categoryName), from);

    public void Dispose()
    {
    }

    private sealed class Category(ILogger logger, LogLevel from) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= from && logger.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                logger.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
