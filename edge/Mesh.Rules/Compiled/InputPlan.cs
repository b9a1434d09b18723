using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Compiled;

/// <summary>How an input makes one value of the readings of its sensor.</summary>
internal enum Combination : byte
{
    Latest,
    Any,
    All,
    Minimum,
    Maximum,
    Average,
    Sum,
    Count,
}

/// <summary>One input of a rule: which readings feed it and what it yields.</summary>
internal sealed class InputPlan(int slot, string name, string sensor)
{
    public int Slot { get; } = slot;

    public string Name { get; } = name;

    public string Sensor { get; } = sensor;

    public Combination Combination { get; init; }

    /// <summary>Only this device, when given.</summary>
    public string? Device { get; init; }

    /// <summary>Only readings for which this holds, when given.</summary>
    public Node? Where { get; set; }

    /// <summary>The age at which a reading becomes unknown; null for never. While it is not known itself, every age is.</summary>
    public DurationPlan? MaxAge { get; set; }

    /// <summary>What an unknown value is replaced by.</summary>
    public Value Default { get; init; }

    /// <summary>Set when the rule looks back at earlier values.</summary>
    public InputHistory? History { get; set; }

    /// <summary>Whether the reading is younger than <see cref="MaxAge"/>; if so, the clock will change that.</summary>
    public bool Fresh(Evaluation e, Reading reading)
    {
        if (MaxAge is null)
        {
            return true;
        }

        if (MaxAge.Micros(e) is not { } age)
        {
            return false;
        }

        var stale = reading.At.Micros + age;
        e.ChangesAt(stale);
        return e.Now.Micros < stale;
    }
}

/// <summary>What one sensor means to a rule.</summary>
internal sealed class SensorPlan(int index, string sensor)
{
    /// <summary>Place among the rule's sensors.</summary>
    public int Index { get; } = index;

    public string Sensor { get; } = sensor;

    /// <summary>The inputs its readings feed.</summary>
    public InputPlan[] Inputs { get; set; } = [];

    /// <summary>The parts of its readings whose earlier values the rule looks at.</summary>
    public PartHistory[] Parts { get; set; } = [];

    /// <summary>The body judges each of its readings.</summary>
    public bool Judged { get; set; }

    /// <summary>What a reading must satisfy to be judged, where the body says so.</summary>
    public Node? Filter { get; set; }
}
