using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Xunit;

namespace Mesh.EndToEnd.Processes;

/// <summary>One run of the real <c>mesh</c>. Whatever happens in a test, disposing ends the process and its children.</summary>
public sealed partial class MeshProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MeshProcess(string folder, string[] arguments)
    {
        CommandLine = "mesh " + string.Join(' ', arguments);
        var start = new ProcessStartInfo(Checkout.Program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["DOTNET_gcServer"] = "0";
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, e) => Keep(_output, e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(_errors, e.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string CommandLine { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static MeshProcess Start(string folder, params string[] arguments)
    {
        Assert.True(File.Exists(Checkout.Program), $"{Checkout.Program} is not built: build Mesh.sln first");
        return new MeshProcess(folder, arguments);
    }

    /// <summary>Runs a command to its end and returns what it said.</summary>
    public static async Task<Said> Run(string folder, TimeSpan deadline, params string[] arguments)
    {
        await using var process = Start(folder, arguments);
        return await process.Exit(deadline);
    }

    /// <summary>What a process said, and its exit code.</summary>
    public sealed record Said(string Command, int ExitCode, IReadOnlyList<string> Output, IReadOnlyList<string> Errors)
    {
        public string All => string.Join('\n', Output.Concat(Errors));

        public override string ToString() => $"{Command}\nexit code {ExitCode}\n{All}";
    }

    /// <summary>The line that says the tier is ready; fails at once when the process ends without it.</summary>
    public async Task<string> Ready(TimeSpan deadline)
    {
        var first = await Task.WhenAny(
            _ready.Task,
            _process.WaitForExitAsync(),
            Task.Delay(deadline, TimeProvider.System)
        );
        Assert.True(first == _ready.Task, $"{CommandLine}: no ready line within {deadline.TotalSeconds:0} s\n{Text}");
        return await _ready.Task;
    }

    public async Task<Said> Exit(TimeSpan deadline)
    {
        using var cancel = new CancellationTokenSource(deadline, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(cancel.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{CommandLine}: still running after {deadline.TotalSeconds:0} s\n{Text}");
        }

        return new Said(CommandLine, _process.ExitCode, Lines(_output), Lines(_errors));
    }

    /// <summary>Everything it has written so far.</summary>
    public string Text => string.Join('\n', Lines(_output).Concat(Lines(_errors)).TakeLast(200));

    /// <summary>kill -9: no chance to write or say anything.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: the polite way, as systemd does it.</summary>
    public void Terminate() => Signal(15);

    /// <summary>What Ctrl-C sends.</summary>
    public void Interrupt() => Signal(2);

    public void Freeze() => Signal(19);

    public void Thaw() => Signal(18);

    /// <summary>Resident memory, in bytes.</summary>
    public long ResidentBytes()
    {
        var line = File.ReadLines($"/proc/{Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(Digits().Match(line).Value, CultureInfo.InvariantCulture) * 1024;
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

    private void Signal(int signal) => Assert.Equal(0, SendSignal(_process.Id, signal));

    private void Keep(List<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (lines)
        {
            lines.Add(line);
        }

        if (ReadyLine().IsMatch(line))
        {
            _ready.TrySetResult(line);
        }
    }

    private static string[] Lines(List<string> lines)
    {
        lock (lines)
        {
            return [.. lines];
        }
    }

    [GeneratedRegex("^mesh (?:edge|fog|cloud) \\S+ ready\\b", RegexOptions.None, 1000)]
    private static partial Regex ReadyLine();

    [GeneratedRegex("[0-9]+", RegexOptions.None, 1000)]
    private static partial Regex Digits();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
