using System.Globalization;

namespace Mesh.Rules.Yaml;

/// <summary>A place in a file; both numbers count from 1. 0 means the file as a whole.</summary>
public readonly record struct Position(int Line, int Column);

public enum DiagnosticSeverity : byte
{
    Error,
    Warning,
}

/// <summary>One thing an author should know about a file: where, and what was found against what was expected.</summary>
public sealed record Diagnostic(string File, Position At, DiagnosticSeverity Severity, string Message)
{
    public int Line => At.Line;

    public int Column => At.Column;

    /// <summary><c>file:line:column: error: message</c>; a place of 0 is left out.</summary>
    public override string ToString()
    {
        var severity = Severity == DiagnosticSeverity.Error ? "error" : "warning";
        return At.Line == 0
            ? $"{File}: {severity}: {Message}"
            : string.Create(CultureInfo.InvariantCulture, $"{File}:{At.Line}:{At.Column}: {severity}: {Message}");
    }
}

/// <summary>
/// Collects what is wrong with an author's files: all of it, not the first. Bounded: behind
/// <see cref="Capacity"/> entries one sentence says that there are more.
/// </summary>
public sealed class Diagnostics
{
    public const int Capacity = 200;

    private readonly List<Diagnostic> _items = [];

    /// <summary>In the order of file, line and column.</summary>
    public IReadOnlyList<Diagnostic> Items =>
        [
            .. _items
                .OrderBy(d => d.File, StringComparer.Ordinal)
                .ThenBy(d => d.At.Line)
                .ThenBy(d => d.At.Column)
                .ThenBy(d => d.Message, StringComparer.Ordinal),
        ];

    public int Errors { get; private set; }

    public bool HasErrors => Errors > 0;

    public void Error(string file, Position at, string message) => Add(file, at, DiagnosticSeverity.Error, message);

    public void Error(YamlNode node, string message) => Error(node.File, node.At, message);

    public void Warning(string file, Position at, string message) => Add(file, at, DiagnosticSeverity.Warning, message);

    public void Warning(YamlNode node, string message) => Warning(node.File, node.At, message);

    public void AddAll(Diagnostics other)
    {
        foreach (var item in other._items)
        {
            Add(item.File, item.At, item.Severity, item.Message);
        }
    }

    private void Add(string file, Position at, DiagnosticSeverity severity, string message)
    {
        if (severity == DiagnosticSeverity.Error)
        {
            Errors++;
        }

        if (_items.Count < Capacity)
        {
            _items.Add(new Diagnostic(file, at, severity, message));
        }
        else if (_items.Count == Capacity)
        {
            _items.Add(new Diagnostic(file, default, severity, "there are more findings than are shown"));
        }
    }
}
