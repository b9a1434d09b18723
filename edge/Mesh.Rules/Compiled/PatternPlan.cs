using Mesh.Contracts;
using Mesh.Rules.Expressions;
using Mesh.Rules.Running.Patterns;

namespace Mesh.Rules.Compiled;

/// <summary>Readings of one sensor for which a condition holds.</summary>
internal sealed record ReadingPlan(int Sensor, Node? Condition)
{
    public bool Fits(Evaluation e) =>
        e.JudgedSensor == Sensor && (Condition is null || Condition.Test(e) == Truth.True);
}

/// <summary>One thing that a step waits for: a reading, or a time.</summary>
internal sealed class StepPart
{
    public StepPartKind Kind { get; init; }

    /// <summary>Null only for a wait.</summary>
    public ReadingPlan? Reading { get; init; }

    /// <summary>Where the reading is bound; -1 for none.</summary>
    public int Slot { get; init; } = -1;

    /// <summary>Null only for a reading.</summary>
    public DurationPlan? For { get; init; }

    public int Min { get; init; } = 1;

    public int Max { get; init; } = 1;
}

/// <summary>A <c>not</c> in the gap before a step.</summary>
/// <param name="Reading">What must not come.</param>
/// <param name="Strict">Only the first reading in the gap counts.</param>
internal sealed record GuardPlan(ReadingPlan Reading, bool Strict);

/// <summary>A step and the gap before it. The step behind the last <c>not</c> has no parts: only time reaches it.</summary>
internal sealed class StepPlan
{
    public int Index { get; init; }

    /// <summary>As people read it: its name, or what it waits for.</summary>
    public required string Text { get; init; }

    public required GuardPlan[] Guards { get; init; }

    public required StepPart[] Parts { get; init; }

    public bool All { get; init; }

    public int Min { get; init; } = 1;

    public int Max { get; init; } = 1;

    public bool Greedy { get; init; } = true;

    public bool EveryPrefix { get; init; }

    /// <summary>From the step before.</summary>
    public Contiguity Reach { get; init; }

    /// <summary>From one repetition to the next.</summary>
    public Contiguity Between { get; init; }

    public DurationPlan? Within { get; init; }

    public StepPart? Until { get; init; }

    public bool IsEnd => Parts.Length == 0;

    /// <summary>One reading completes it: nothing need be kept of its parts.</summary>
    public bool IsSimple { get; init; }

    public bool HasTimer => Array.Exists(Parts, p => p.Kind != StepPartKind.Reading);

    public bool HasReading => Array.Exists(Parts, p => p.Kind == StepPartKind.Reading);
}

/// <summary>A pattern ready to run; it holds no state.</summary>
internal sealed class PatternPlan
{
    private bool? _canForbid;
    private bool? _canBreak;

    public required StepPlan[] Steps { get; init; }

    public required string[] Names { get; init; }

    /// <summary>Per name: its readings are a list in outputs.</summary>
    public required bool[] Repeated { get; init; }

    public DurationPlan? Within { get; init; }

    public PatternStart Start { get; init; }

    public AfterMatch AfterMatch { get; init; }

    /// <summary>The slot of the name at which matching resumes.</summary>
    public int ResumeSlot { get; init; }

    public bool ReportsTimeout { get; init; }

    public int MaxPartial { get; init; }

    /// <summary>The key itself starts it, because a time may be what comes first.</summary>
    public bool StartsWithTimer { get; init; }

    /// <summary>The steps that a first reading can reach: up to the first that must be taken.</summary>
    public int FirstSteps { get; init; }

    /// <summary>Some reading may end a partial match, or what it waits for, without being taken.</summary>
    public bool CanForbid =>
        _canForbid ??= Array.Exists(
            Steps,
            s =>
                s.Until is not null
                || s.Guards.Length > 0
                || Array.Exists(s.Parts, p => p.Kind is StepPartKind.Not or StepPartKind.Quiet)
        );

    /// <summary>Some reading may break a partial match because nothing takes it.</summary>
    public bool CanBreak =>
        _canBreak ??= Array.Exists(Steps, s => s.Reach == Contiguity.Strict || s.Between == Contiguity.Strict);

    /// <summary>What a match has bound, in the order in which the steps are written; unbound names are absent.</summary>
    public List<NamedBinding> Bindings(StepLink? last)
    {
        var bindings = new List<NamedBinding>();
        for (var slot = 0; slot < Names.Length; slot++)
        {
            var readings = new List<Binding>();
            for (var link = last; link is not null; link = link.Previous)
            {
                if (link.Slot == slot)
                {
                    readings.Add(Binding.Of(link.Reading));
                }
            }

            if (readings.Count > 0)
            {
                readings.Reverse();
                bindings.Add(new NamedBinding(Names[slot], Repeated[slot], readings));
            }
        }

        return bindings;
    }
}
