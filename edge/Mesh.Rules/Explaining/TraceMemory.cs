using Mesh.Contracts;
using Mesh.Rules.Running;

namespace Mesh.Rules.Explaining;

/// <summary>Listens to one rule and keeps the last steps of one key.</summary>
internal sealed class TraceMemory
{
    private readonly Queue<ExplainedStep> _steps = new();
    private readonly Dictionary<string, (int Count, Reading? Last)> _unkeyed = new(StringComparer.Ordinal);
    private readonly RunningRule _rule;
    private readonly ExplainOptions _options;

    public TraceMemory(RunningRule rule, ExplainOptions options)
    {
        (_rule, _options) = (rule, options);
        rule.Trace = Take;
    }

    /// <summary>The reading being offered.</summary>
    public Reading? Current { get; set; }

    /// <summary>The last steps, oldest first.</summary>
    public IReadOnlyList<ExplainedStep> Steps => [.. _steps];

    /// <summary>The last reading of the key that the rule took.</summary>
    public Reading? LastJudged { get; private set; }

    /// <summary>Its key, for rules that keep nothing of keys.</summary>
    public KeyState? LastKey { get; private set; }

    /// <summary>Readings that have no such key, by what was said of them.</summary>
    public IEnumerable<string> Unkeyed =>
        _unkeyed.Select(u =>
            u.Value.Count == 1
                ? $"a reading of {u.Value.Last?.Device} was not used: {u.Key}"
                : $"{u.Value.Count} readings were not used, the last of {u.Value.Last?.Device}: {u.Key}"
        );

    private void Take(TraceEvent e)
    {
        if (e.Key is null)
        {
            _unkeyed[e.Text] = (_unkeyed.GetValueOrDefault(e.Text).Count + 1, e.Reading);
            return;
        }

        if (!_rule.IsKey(e.Key, _options.Key))
        {
            return;
        }

        if (e.Kind == TraceKind.Took)
        {
            (LastJudged, LastKey) = (e.Reading, e.Key);
            return;
        }

        _steps.Enqueue(new ExplainedStep(e.At, e.Kind.ToString().ToLowerInvariant(), e.Text, e.Reading));
        while (_steps.Count > _options.Steps)
        {
            _steps.Dequeue();
        }
    }
}
