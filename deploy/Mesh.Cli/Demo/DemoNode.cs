using System.Diagnostics;
using System.Runtime.InteropServices;
using Mesh.Nodes;
using Microsoft.Extensions.Logging;

namespace Mesh.Cli;

/// <summary>One node of the demo: in this process, or a process of its own. Both are known by their ready line only.</summary>
internal abstract partial class DemoNode : IAsyncDisposable
{
    private protected DemoNode(string name) => Name = name;

    public string Name { get; }

    public string Ready { get; private protected set; } = "";

    /// <summary>Fails when the node ends before it is told to.</summary>
    public abstract Task Completion { get; }

    /// <summary>The word behind a word of the ready line: <c>mqtt</c> gives its address.</summary>
    public string Place(string word)
    {
        var words = Ready.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.IndexOf(words, word);
        return at >= 0 && at + 1 < words.Length
            ? words[at + 1]
            : throw new InvalidOperationException($"'{Ready}' names no {word}");
    }

    /// <summary>Lets the node end what it began, and ends it.</summary>
    public abstract Task FinishAsync();

    public abstract ValueTask DisposeAsync();

    public static async Task<DemoNode> StartAsync(
        Tier tier,
        string name,
        string config,
        bool asProcess,
        ILoggerFactory logs,
        CancellationToken cancel
    ) =>
        asProcess
            ? await ProcessNode.StartAsync(tier, name, config, cancel)
            : new LocalNode(name, await Tiers.StartAsync(tier, config, logs, cancel));

    private sealed class LocalNode : DemoNode
    {
        private readonly IRunningNode _node;
        private bool _disposed;

        public LocalNode(string name, IRunningNode node)
            : base(name)
        {
            _node = node;
            Ready = node.Ready;
        }

        public override Task Completion => _node.Completion;

        public override async Task FinishAsync()
        {
            await _node.FinishAsync();
            await DisposeAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            if (!_disposed)
            {
                _disposed = true;
                await _node.DisposeAsync();
            }
        }
    }

    private sealed partial class ProcessNode : DemoNode
    {
        private const int Terminate = 15;

        private readonly Process _process;
        private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Queue<string> _said = new();
        private bool _finishing;

        private ProcessNode(string name, Process process)
            : base(name)
        {
            _process = process;
            process.ErrorDataReceived += (_, line) => Remember(line.Data);
            process.OutputDataReceived += (_, line) => Remember(line.Data);
        }

        public override Task Completion => _completed.Task;

        public static async Task<ProcessNode> StartAsync(
            Tier tier,
            string name,
            string config,
            CancellationToken cancel
        )
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            {
                start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "mesh.dll"));
            }

            start.ArgumentList.Add(tier.ToString().ToLowerInvariant());
            start.ArgumentList.Add("--config");
            start.ArgumentList.Add(config);
            var node = new ProcessNode(name, Process.Start(start)!);
            node._process.BeginErrorReadLine();
            try
            {
                while (await node._process.StandardOutput.ReadLineAsync(cancel) is { } line)
                {
                    if (
                        line.StartsWith("mesh ", StringComparison.Ordinal)
                        && line.Contains(" ready ", StringComparison.Ordinal)
                    )
                    {
                        node.Ready = line;
                        _ = node.WatchAsync();
                        return node;
                    }
                }

                await node._process.WaitForExitAsync(cancel);
                throw new IOException($"{name} did not start: {node.LastWords()}");
            }
            catch
            {
                await node.DisposeAsync();
                throw;
            }
        }

        public override async Task FinishAsync()
        {
            _finishing = true;
            if (!_process.HasExited)
            {
                _ = Kill(_process.Id, Terminate);
            }

            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        public override async ValueTask DisposeAsync()
        {
            _finishing = true;
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }

            _process.Dispose();
        }

        private async Task WatchAsync()
        {
            // Standard output is drained by hand: what follows the ready line is only of interest when it ends badly.
            while (await _process.StandardOutput.ReadLineAsync() is { } line)
            {
                Remember(line);
            }

            await _process.WaitForExitAsync();
            if (_finishing)
            {
                _completed.TrySetResult();
            }
            else
            {
                _completed.TrySetException(
                    new IOException($"{Name} ended with exit code {_process.ExitCode}: {LastWords()}")
                );
            }
        }

        private void Remember(string? line)
        {
            if (line is null)
            {
                return;
            }

            lock (_said)
            {
                _said.Enqueue(line);
                if (_said.Count > 10)
                {
                    _said.Dequeue();
                }
            }
        }

        private string LastWords()
        {
            lock (_said)
            {
                return string.Join('\n', _said);
            }
        }

        [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
        private static partial int Kill(int process, int signal);
    }
}
