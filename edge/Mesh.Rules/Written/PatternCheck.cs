using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>What is wrong with a pattern as a whole, though each step is right by itself.</summary>
internal sealed class PatternCheck(PatternDefinition pattern, YamlNode node, Diagnostics diagnostics)
{
    private readonly List<StepDefinition> _positive = [.. pattern.Steps.Where(s => !s.IsGuard)];

    public void Run()
    {
        Names();
        Guards();
        Bounds();
        foreach (var step in _positive)
        {
            Nested(step);
        }
    }

    private void Names()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in pattern.Steps.SelectMany(s => s.Parts.Append(s.Until)).Select(p => p?.Name))
        {
            if (name is not null && !names.Add(name.Text))
            {
                diagnostics.Error(name, $"the step '{name.Text}' is named twice");
            }
        }

        if (pattern.ResumeStep is { } resume && !names.Contains(resume))
        {
            diagnostics.Error(
                pattern.ResumeAt!,
                $"'after_match' names the step '{resume}', which the pattern does not have{Nearest.Suggestion(resume, names)}"
            );
        }
    }

    private void Guards()
    {
        if (_positive.Count == 0 || pattern.Steps[0].IsGuard)
        {
            diagnostics.Error(
                pattern.Steps[0].Node,
                "a pattern cannot begin with 'not': nothing has begun yet that it could end; with 'for' it can"
            );
        }
        else if (_positive.TrueForAll(s => s.Times.Min == 0))
        {
            diagnostics.Error(
                node,
                "every step of the pattern may be left out; at least one that must be taken is expected"
            );
        }

        if (pattern.Steps[^1].IsGuard && _positive.TrueForAll(s => s.Parts.All(p => p.Kind != StepPartKind.Reading)))
        {
            diagnostics.Error(
                pattern.Steps[^1].Node,
                "a 'not' as the last step needs 'for', or a reading before it: 'within' counts from the first reading"
            );
        }
        else if (pattern.Steps[^1].IsGuard && pattern.Within is null)
        {
            diagnostics.Error(
                pattern.Steps[^1].Node,
                "a 'not' as the last step needs 'for', or a 'within' of the pattern at whose end it matches"
            );
        }
    }

    // Nothing may wait for ever: a step that only a reading ends needs an end of its own or of the pattern.
    private void Bounds()
    {
        if (pattern.Within is not null)
        {
            return;
        }

        var bounded = _positive.Exists(s => s.Until is not null);
        for (var i = 0; i < _positive.Count; i++)
        {
            var step = _positive[i];
            var ends = step.Until is not null || step.Within is not null;
            if (step.Times.Max is null && !ends)
            {
                diagnostics.Error(
                    step.Node,
                    "an open repetition needs 'until', or a 'within' of the step or the pattern"
                );
            }
            else if (i > 0 && !ends && !bounded && step.Parts.All(p => p.Kind == StepPartKind.Reading))
            {
                diagnostics.Error(
                    step.Node,
                    "a pattern of several steps needs a 'within' (of the pattern or of this step) or 'until'"
                );
                return;
            }
        }
    }

    private void Nested(StepDefinition step)
    {
        if (step.Times.Max is null && step.Parts.FirstOrDefault(p => p.Times.Max is null) is { } part)
        {
            diagnostics.Error(
                part.Node,
                "an open repetition stands inside another open repetition; give one of them a 'max'"
            );
        }
    }
}
