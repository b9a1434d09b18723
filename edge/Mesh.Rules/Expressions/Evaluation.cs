using Mesh.Contracts;
using Mesh.Rules.Running;
using Mesh.Rules.Running.Patterns;
using Mesh.Rules.Tables;

namespace Mesh.Rules.Expressions;

/// <summary>
/// What an expression can see while it is evaluated, reused from one evaluation to the next. Beside its value an
/// evaluation yields the earliest instant at which the clock alone could change it.
/// </summary>
internal sealed class Evaluation
{
    public const long Never = long.MaxValue;

    /// <summary>The rule's time.</summary>
    public Timestamp Now { get; private set; }

    public KeyState Key { get; private set; } = null!;

    /// <summary>The reading being judged; null where a condition looks at inputs only.</summary>
    public Reading? Judged { get; private set; }

    /// <summary>Which of the rule's judged sensors <see cref="Judged"/> belongs to.</summary>
    public int JudgedSensor { get; private set; }

    /// <summary>The rule's <c>let</c> values, as far as they have been computed.</summary>
    public Value[] Lets { get; set; } = [];

    /// <summary>The window whose aggregates are being read; null outside of windows.</summary>
    public WindowState? Window { get; set; }

    /// <summary>The readings that a partial match has bound, the last one first; null for none.</summary>
    public StepLink? Bound { get; set; }

    /// <summary>While an aggregate runs over the readings of a step: the one it looks at.</summary>
    public StepLink? Focus { get; set; }

    /// <summary>The rule's tables, as they are now.</summary>
    public LookupTable[] Tables { get; set; } = [];

    /// <summary>Notes how the parts of conditions came out; null unless tests are measured.</summary>
    public ClauseWitness? Witness { get; set; }

    /// <summary>How much the value of the ramp just evaluated grows per microsecond.</summary>
    public double Slope { get; set; }

    /// <summary>Microseconds of the earliest possible change; <see cref="Never"/> when only a reading can change it.</summary>
    public long NextChange { get; private set; } = Never;

    public void Begin(Timestamp now, KeyState key, Reading? judged = null, int judgedSensor = 0)
    {
        Now = now;
        Key = key;
        Judged = judged;
        JudgedSensor = judgedSensor;
        Slope = 0;
        NextChange = Never;
    }

    public void ChangesAt(long micros)
    {
        if (micros > Now.Micros && micros < NextChange)
        {
            NextChange = micros;
        }
    }
}
