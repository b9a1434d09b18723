using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Mesh.Cli;

/// <summary>Log lines in a file, for the demo, whose screen is taken.</summary>
internal sealed class FileLog : ILoggerProvider
{
    private readonly Lock _gate = new();
    private readonly StreamWriter _file;

    public FileLog(string path) => _file = new StreamWriter(path) { AutoFlush = true };

    public ILogger CreateLogger(string categoryName) => new Lines(this);

    public void Dispose() => _file.Dispose();

    private sealed class Lines(FileLog owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            var time = TimeProvider.System.GetUtcNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
            lock (owner._gate)
            {
                owner._file.WriteLine(
                    $"{time} {logLevel}: {formatter(state, exception)}{(exception is null ? "" : $"\n{exception}")}"
                );
            }
        }
    }
}
