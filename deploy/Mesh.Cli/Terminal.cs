using Spectre.Console;

namespace Mesh.Cli;

/// <summary>The one place that touches the console: results go to standard output, everything said about them to standard error.</summary>
internal static class Terminal
{
#pragma warning disable RS0030 // The command line writes to the console; nothing else does.
    public static TextWriter Out => Console.Out;

    public static TextWriter Error => Console.Error;

    public static TextReader In => Console.In;

    /// <summary>Whether a person looks at the output: not piped, and a terminal that can move its cursor.</summary>
    public static bool IsLive =>
        !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities is { Ansi: true, Interactive: true };
#pragma warning restore RS0030
}
