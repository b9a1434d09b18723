using Mesh.Nodes;
using Microsoft.Extensions.Logging;

namespace Mesh.Cli;

/// <summary>Log lines, one per event, on standard error.</summary>
internal static class Logs
{
    /// <param name="verbose">Whether details are said too.</param>
    /// <param name="hops">Whether links say that they go and come; a command that fails on one says so itself.</param>
    public static ILoggerFactory ToStandardError(bool verbose, bool hops = true) =>
        LoggerFactory.Create(logging =>
            logging
                .SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information)
                // What the web server cannot do reaches the user as one message of ours.
                .AddFilter("Microsoft", LogLevel.Critical)
                .AddFilter(typeof(MqttUplink).FullName, hops ? LogLevel.Trace : LogLevel.Error)
                .AddSimpleConsole(console =>
                {
                    console.SingleLine = true;
                    console.TimestampFormat = "HH:mm:ss ";
                    console.UseUtcTimestamp = true;
                })
                .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
        );
}
