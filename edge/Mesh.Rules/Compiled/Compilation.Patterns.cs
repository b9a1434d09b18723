using Mesh.Rules.Expressions;
using Mesh.Rules.Running.Patterns;

namespace Mesh.Rules.Compiled;

// Patterns. Names get their slots in the order written, so that an expression sees those before it.
internal sealed partial class Compilation
{
    private PatternBody Pattern(PatternDefinition pattern)
    {
        var names = new List<string>();
        var repeated = new List<bool>();
        var steps = new List<StepPlan>();
        var guards = new List<GuardPlan>();
        foreach (var step in pattern.Steps)
        {
            if (step.IsGuard)
            {
                var strict = (step.Contiguity ?? pattern.Contiguity) == Contiguity.Strict;
                guards.Add(new GuardPlan(Judged(step.Parts[0].Sensor!, names), strict));
                continue;
            }

            steps.Add(Step(pattern, step, steps.Count, [.. guards], names, repeated));
            guards.Clear();
        }

        if (guards.Count > 0)
        {
            steps.Add(
                new StepPlan
                {
                    Index = steps.Count,
                    Text = "the end of within",
                    Guards = [.. guards],
                    Parts = [],
                }
            );
        }

        foreach (var stream in pattern.Streams)
        {
            _layout.Sensor(stream);
        }

        if (_layout.Sensors.Count == 0 && definition.By.Count > 0)
        {
            diagnostics.Error(
                pattern.Steps[0].Node,
                "the pattern names no sensor, so no key will ever appear; 'streams: [sensor]' can name one"
            );
        }

        var first = steps.FindIndex(s => s.Min > 0) + 1;
        var plan = new PatternPlan
        {
            Steps = [.. steps],
            Names = [.. names],
            Repeated = [.. repeated],
            Within = OptionalDuration(pattern.Within, StepScope.None, "'within'"),
            Start = pattern.Start,
            AfterMatch = pattern.AfterMatch,
            ResumeSlot = pattern.ResumeStep is { } resume ? names.IndexOf(resume) : -1,
            ReportsTimeout = pattern.ReportsTimeout,
            MaxPartial = pattern.MaxPartial,
            FirstSteps = first,
            StartsWithTimer = steps.Take(first).Any(s => s.HasTimer),
        };
        _layout.Pattern = plan;
        Lets(Between(names));
        TemplateNames.Bound = (target, part) => InTemplate(part is null ? target : $"{target}.{part}", names);
        TemplateNames.BoundNames = names;
        return new PatternBody(plan);
    }

    private StepPlan Step(
        PatternDefinition pattern,
        StepDefinition step,
        int index,
        GuardPlan[] guards,
        List<string> names,
        List<bool> repeated
    )
    {
        var before = new StepScope([.. names]);
        var max = step.Times.Max ?? int.MaxValue;

        // The parts of one step see each other, because any order of them may come; and a repetition sees itself.
        foreach (var part in step.Parts.Where(p => p.Name is not null))
        {
            names.Add(part.Name!.Text);
            repeated.Add(max > 1 || part.Times.Max != 1);
        }

        var parts = step.Parts.Select(p => Part(p, before, names)).ToArray();
        var until = step.Until is { } u ? Until(u, before, names, repeated) : null;
        return new StepPlan
        {
            Index = index,
            Text = string.Join(step.All ? " and " : " or ", step.Parts.Select(PatternText.Of)),
            Guards = guards,
            Parts = parts,
            All = step.All,
            Min = step.Times.Min,
            Max = max,
            Greedy = step.Greedy,
            EveryPrefix = step.EveryPrefix,
            Reach = step.Contiguity ?? pattern.Contiguity,
            Between = step.Between ?? pattern.Contiguity,
            Within = OptionalDuration(step.Within, before, "'within'"),
            Until = until,
            IsSimple =
                Array.TrueForAll(parts, p => p is { Kind: StepPartKind.Reading, Min: 1, Max: 1 })
                && (!step.All || parts.Length == 1),
        };
    }

    private StepPart Part(StepPartDefinition part, StepScope before, List<string> names) =>
        new()
        {
            Kind = part.Kind,
            Reading = part.Sensor is { } sensor ? Judged(sensor, names) : null,
            Slot = part.Name is { } name ? names.IndexOf(name.Text) : -1,
            For = OptionalDuration(part.For, before, part.Kind == StepPartKind.Wait ? "'wait'" : "'for'"),
            Min = part.Times.Min,
            Max = part.Times.Max ?? int.MaxValue,
        };

    private StepPart Until(StepPartDefinition until, StepScope before, List<string> names, List<bool> repeated)
    {
        var part = Part(until, before, names);
        if (until.Name is not { } name)
        {
            return part;
        }

        names.Add(name.Text);
        repeated.Add(false);
        return new StepPart
        {
            Kind = part.Kind,
            Reading = part.Reading,
            Slot = names.Count - 1,
        };
    }

    // The reading of a sensor, judged where the steps named so far can be seen.
    private ReadingPlan Judged(SensorDefinition sensor, List<string> names)
    {
        var plan = _layout.Sensor(sensor.Sensor);
        plan.Judged = true;
        var scope = new Scope(_layout, ScopeKind.Reading, [sensor.Sensor]) { Steps = new StepScope([.. names]) };
        return new ReadingPlan(plan.Index, sensor.Filter is { } f ? Bind(f, scope, "the condition") : null);
    }

    private DurationPlan? OptionalDuration(DurationDefinition? duration, StepScope steps, string what) =>
        duration is null ? null : Duration(duration, new Scope(_layout, ScopeKind.Steps, []) { Steps = steps }, what);

    // {step}, {step.part} and aggregates over steps: {count(step)}.
    private Node? InTemplate(string text, List<string> names)
    {
        try
        {
            var syntax = ExpressionParser.Parse(text);
            if (syntax is not (NameSyntax or MemberSyntax or CallSyntax) || Between(names).Steps!.Named(syntax) is null)
            {
                return null;
            }

            var wrong = false;
            var node = new Binder(Between(names), (_, _) => wrong = true).Bind(syntax);
            return wrong ? null : node;
        }
        catch (ExpressionError)
        {
            return null;
        }
    }

    private Scope Between(List<string> names) =>
        new(_layout, ScopeKind.Steps, []) { Steps = new StepScope([.. names]) };
}
