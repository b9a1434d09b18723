using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mesh.EndToEnd.Torture;

/// <summary>A process that is killed, stopped and starved; what it says goes to a file, the end of which is shown on failure.</summary>
public sealed partial class Victim : IAsyncDisposable
{
    private const int Stop = 19;
    private const int Continue = 18;

    private readonly string _log;
    private readonly Process _process;

    private Victim(string name, string log, Process process) => (Name, _log, _process) = (name, log, process);

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>What it has said at the end, over all its lives.</summary>
    public string LastWords => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(30)) : "";

    /// <summary>All it has said, over all its lives.</summary>
    public string Said => File.Exists(_log) ? File.ReadAllText(_log) : "";

    /// <summary>The highest resident memory it had, in bytes; 0 when it has ended.</summary>
    public long PeakBytes =>
        HasExited
            ? 0
            : File.ReadLines($"/proc/{Id}/status")
                .Where(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Select(l =>
                    long.Parse(l.AsSpan(6, l.Length - 9), System.Globalization.CultureInfo.InvariantCulture) * 1024
                )
                .FirstOrDefault();

    /// <summary>Starts a program; its output is appended to <c>NAME.log</c> in the folder.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="name">What it is called here.</param>
    /// <param name="command">Program and arguments, as a shell reads them.</param>
    public static Victim Start(string folder, string name, string command)
    {
        var log = Path.Combine(folder, $"{name}.log");
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec {command} >>'{log}' 2>&1 </dev/null"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
        };
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        return new Victim(name, log, System.Diagnostics.Process.Start(start)!);
    }

    /// <summary>kill -9; true when it was alive until then.</summary>
    public async Task<bool> KillAsync()
    {
        var alive = !_process.HasExited;
        _process.Kill();
        await _process.WaitForExitAsync();
        return alive;
    }

    /// <summary>SIGSTOP for so long.</summary>
    public async Task FreezeAsync(TimeSpan span)
    {
        if (!_process.HasExited && SendSignal(_process.Id, Stop) == 0)
        {
            await Task.Delay(span, TimeProvider.System);
            _ = SendSignal(_process.Id, Continue);
        }
    }

    /// <summary>Lets it run for a tenth of the time only.</summary>
    public async Task StarveAsync(TimeSpan span)
    {
        for (var left = span; left > TimeSpan.Zero; left -= TimeSpan.FromMilliseconds(50))
        {
            await FreezeAsync(TimeSpan.FromMilliseconds(45));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> EndAsync()
    {
        _ = SendSignal(_process.Id, 15);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        return _process.ExitCode;
    }

    public async Task<int> ExitAsync(TimeSpan deadline)
    {
        await _process.WaitForExitAsync().WaitAsync(deadline, TimeProvider.System);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
