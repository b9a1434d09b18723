using Mesh.Rules;
using Mesh.Rules.Yaml;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// Takes up changes of rule files, and of the tables they look up, while the node runs, within two seconds: the system's
/// word where it gives one, and a look every second where it does not (network file systems). Rules whose stateful part
/// is the same go on with their timers. Files with an error change nothing: what ran goes on, and the node says why in
/// its log, its status and as a detection of <c>mesh-rules-rejected</c>.
/// </summary>
public sealed partial class RulesWatch : BackgroundService
{
    /// <summary>How often the files are looked at without being told.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>How long after a word of the system: an editor writes in several steps.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(150);

    /// <summary>Problems that are kept of a rejected change.</summary>
    private const int MostProblems = 20;

    private readonly Node _node;
    private readonly TimeProvider _time;
    private readonly ILogger<RulesWatch> _log;
    private readonly SemaphoreSlim _told = new(0, 1);
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly List<FileSystemWatcher> _watchers = [];
    private string _seen = "";
    private IReadOnlyList<string> _tables = [];
    private IReadOnlyList<NamedText> _rejected = [];

    /// <param name="node">Whose rules; its settings name the files.</param>
    /// <param name="time">For the pause between looks.</param>
    /// <param name="log">Says what was kept, started and removed, or why nothing was.</param>
    public RulesWatch(Node node, TimeProvider time, ILogger<RulesWatch> log)
    {
        (_node, _time, _log) = (node, time, log);
        foreach (var folder in Paths.Select(p => Path.GetDirectoryName(p)!).Distinct(StringComparer.Ordinal))
        {
            Watch(folder);
        }
    }

    private CompiledFiles Known => _node.Look(static core => core.CompiledFiles);

    private IReadOnlyList<string> Paths => _node.Settings.RulePaths;

    /// <summary>Reads the files and takes up what has changed; returns when that is durable.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (Read() is { } files)
            {
                await TakeAsync(files, cancel).ConfigureAwait(false);
            }
            else
            {
                // A file went between listing and reading it: look again.
                _seen = "";
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        foreach (var watcher in _watchers)
        {
            watcher.Dispose();
        }

        base.Dispose();
        _told.Dispose();
        _one.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                if (await _told.WaitAsync(Every, stoppingToken).ConfigureAwait(false))
                {
                    await Task.Delay(Settle, _time, stoppingToken).ConfigureAwait(false);
                }

                if (Stamp() != _seen)
                {
                    await LookAsync(stoppingToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or NodeStoppedException) { }
    }

    private void Watch(string folder)
    {
        try
        {
            var watcher = new FileSystemWatcher(folder);
            watcher.Changed += (_, _) => Tell();
            watcher.Created += (_, _) => Tell();
            watcher.Renamed += (_, _) => Tell();
            watcher.Deleted += (_, _) => Tell();
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            // No folder, or no watches left: looking every second does it too.
            LogUnwatched(_log, folder, e.Message);
        }
    }

    private void Tell()
    {
        try
        {
            _told.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Told already, or over.
        }
    }

    private async Task TakeAsync(IReadOnlyList<NamedText> files, CancellationToken cancel)
    {
        if (_node.Look(core => core.RuleTexts).SequenceEqual(files))
        {
            _rejected = [];
            return;
        }

        if (_rejected.SequenceEqual(files))
        {
            return;
        }

        var diagnostics = new Diagnostics();
        var rules = NodeRules.Compile(files, _node.Settings.Assemblies, diagnostics, known: Known);
        if (diagnostics.HasErrors)
        {
            _rejected = files;
            var problems = diagnostics
                .Items.Where(d => d.Severity == DiagnosticSeverity.Error)
                .Select(d => d.ToString())
                .ToList();
            LogRejected(_log, string.Join('\n', problems.Take(MostProblems)));
            await _node
                .AcceptAsync(new RulesRejected([.. problems.Take(MostProblems)], problems.Count), cancel)
                .ConfigureAwait(false);
            return;
        }

        NotifyNames.Check(rules, _node.Settings.Notify, diagnostics);
        foreach (var warning in diagnostics.Items)
        {
            var words = warning.ToString();
            LogWarning(_log, words);
        }

        _rejected = [];
        await _node.AcceptAsync(new RulesChanged(files), cancel).ConfigureAwait(false);
        if (_node.Look(core => core.LastReload) is { } reload && _log.IsEnabled(LogLevel.Information))
        {
            var (kept, started, removed) = (Words(reload.Kept), Words(reload.Started), Words(reload.Removed));
            LogReloaded(_log, kept, started, removed);
        }
    }

    private static string Words(IReadOnlyList<RuleChange> changes) =>
        changes.Count switch
        {
            0 => "none",
            <= 10 => string.Join(
                ", ",
                changes.Select(c => c.Reason == "same id and hash" ? c.Rule : $"{c.Rule} ({c.Reason})")
            ),
            var many => $"{many} rules",
        };

    private IEnumerable<string> Files() =>
        Paths
            .SelectMany(static path =>
                path.Contains('*', StringComparison.Ordinal) ? ConfigurationFile.Matches(path) : [path]
            )
            .Distinct(StringComparer.Ordinal)
            .Where(File.Exists);

    /// <summary>What can be seen of the files without reading them.</summary>
    private string Stamp()
    {
        try
        {
            return string.Join(
                '\n',
                Files()
                    .Concat(_tables)
                    .Select(f => new FileInfo(f))
                    .Where(f => f.Exists)
                    .Select(f => $"{f.FullName} {f.Length} {f.LastWriteTimeUtc.Ticks}")
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private IReadOnlyList<NamedText>? Read()
    {
        try
        {
            // Before reading: what is written meanwhile looks different then, and is read again.
            var before = Stamp();
            NamedText[] rules = [.. Files().Select(f => new NamedText(f, File.ReadAllText(f)))];
            var files = NodeSettings.WithTables(rules, Known);
            string[] tables = [.. files.Skip(rules.Length).Select(f => f.Name)];
            _seen = tables.SequenceEqual(_tables, StringComparer.Ordinal) ? before : "";
            _tables = tables;
            return [.. files, .. _node.Settings.Assemblies.Select(a => a.Entry)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnread(_log, e.Message);
            return null;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "the rules have changed: kept {Kept}; started fresh {Started}; removed {Removed}"
    )]
    private static partial void LogReloaded(ILogger log, string kept, string started, string removed);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "the changed rule files are wrong; the rules that ran go on:\n{Problems}"
    )]
    private static partial void LogRejected(ILogger log, string problems);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger log, string warning);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the rule files cannot be read: {Reason}; trying again")]
    private static partial void LogUnread(ILogger log, string reason);

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "{Folder} cannot be watched: {Reason}; it is looked at every second"
    )]
    private static partial void LogUnwatched(ILogger log, string folder, string reason);
}
