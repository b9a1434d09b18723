using Microsoft.Extensions.Logging;

namespace Mesh.Cli;

/// <summary>Log lines, one per event, on standard error.</summary>
internal static class Logs
{
    public static ILoggerFactory ToStandardError(bool verbose) =>
        LoggerFactory.Create(logging =>
            logging
                .SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information)
                // What the web server cannot do reaches the user as one message of ours.
                .AddFilter("Microsoft", LogLevel.Critical)
                .AddSimpleConsole(console =>
                {
                    console.SingleLine = true;
                    console.TimestampFormat = "HH:mm:ss ";
                    console.UseUtcTimestamp = true;
                })
                .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
        );
}
