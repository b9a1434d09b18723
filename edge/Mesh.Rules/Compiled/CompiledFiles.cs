using Mesh.Rules.Compiled;
using Mesh.Rules.Yaml;

namespace Mesh.Rules;

/// <summary>
/// What rule files gave when they were looked at last, so that a change of one costs that one: a file of the same name
/// and text is not read again, and its rules are the same objects, which an engine that runs them leaves as they are.
/// Only the files looked at last are remembered. May be used by several threads; the second waits.
/// </summary>
public sealed class CompiledFiles
{
    private readonly Lock _one = new();
    private readonly Dictionary<string, ReadFile> _files = new(StringComparer.Ordinal);

    /// <summary>As <see cref="RuleFile.Tables(string, string)"/>.</summary>
    public IReadOnlyList<string> Tables(string name, string text)
    {
        lock (_one)
        {
            return [.. RuleFile.Tables(Read(name, text).Result.Definitions)];
        }
    }

    /// <summary>As <see cref="RuleCompiler.CompileAll"/>.</summary>
    public IReadOnlyList<CompiledRule> Compile(
        IEnumerable<(string Name, string Text)> files,
        Diagnostics diagnostics,
        Func<string, string?>? open = null
    )
    {
        lock (_one)
        {
            var read = new List<ReadFile>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            var tables = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, text) in files)
            {
                if (name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
                {
                    tables[name] = text;
                    continue;
                }

                names.Add(name);
                read.Add(Read(name, text));
            }

            foreach (var gone in _files.Keys.Where(name => !names.Contains(name)).ToList())
            {
                _files.Remove(gone);
            }

            return Compile(read, diagnostics, path => tables.GetValueOrDefault(path) ?? open?.Invoke(path));
        }
    }

    private static List<CompiledRule> Compile(List<ReadFile> files, Diagnostics diagnostics, Func<string, string?> open)
    {
        var rules = new List<CompiledRule>();
        var ids = new Dictionary<string, RuleDefinition>(StringComparer.Ordinal);
        files.ForEach(file => diagnostics.AddAll(file.Result.Diagnostics));
        foreach (var file in files)
        {
            for (var i = 0; i < file.Rules.Length; i++)
            {
                var definition = file.Result.Definitions[i];
                if (!ids.TryAdd(definition.Id, definition))
                {
                    RuleCompiler.IsTwice(definition, ids[definition.Id], diagnostics);
                }
                else if (file.Compile(i, diagnostics, open) is { } rule && definition.Enabled)
                {
                    rules.Add(rule);
                }
            }
        }

        DerivedOrder.Check(rules, diagnostics);
        return rules;
    }

    private ReadFile Read(string name, string text)
    {
        if (!_files.TryGetValue(name, out var file) || !string.Equals(file.Text, text, StringComparison.Ordinal))
        {
            _files[name] = file = new ReadFile(text, RuleFile.Parse(name, text));
        }

        return file;
    }

    /// <summary>A file that has been read, and those of its rules that have been compiled.</summary>
    private sealed class ReadFile(string text, RuleFileResult result)
    {
        public string Text => text;

        public RuleFileResult Result => result;

        public Attempt?[] Rules { get; } = new Attempt?[result.Definitions.Count];

        /// <summary>The rule, or null and what is wrong with it, which may be another matter with other tables.</summary>
        public CompiledRule? Compile(int i, Diagnostics diagnostics, Func<string, string?> open)
        {
            var attempt = Rules[i];
            if (attempt is null || attempt.Tables.Any(t => open(t.Path) != t.Text))
            {
                var (found, looked) = (new Diagnostics(), new List<(string, string?)>());
                var rule = RuleCompiler.Compile(
                    result.Definitions[i],
                    found,
                    path =>
                    {
                        var table = open(path);
                        looked.Add((path, table));
                        return table;
                    }
                );
                Rules[i] = attempt = new Attempt(rule, found, looked);
            }

            diagnostics.AddAll(attempt.Diagnostics);
            return attempt.Rule;
        }
    }

    /// <summary>What compiling a rule gave, and the tables that it saw.</summary>
    private sealed record Attempt(
        CompiledRule? Rule,
        Diagnostics Diagnostics,
        IReadOnlyList<(string Path, string? Text)> Tables
    );
}
