using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Compiled;

/// <summary>A duration that is known when the rule is loaded, or is worked out when it begins to count.</summary>
internal sealed class DurationPlan
{
    public static readonly DurationPlan Zero = new(TimeSpan.Zero);

    private readonly long _micros;
    private readonly Node? _node;

    public DurationPlan(TimeSpan constant) => _micros = CompiledRule.Micros(constant);

    public DurationPlan(Node node) => _node = node;

    public bool IsConstant => _node is null;

    /// <summary>Microseconds; null when it is unknown, negative or no duration: then nothing begins.</summary>
    public long? Micros(Evaluation e)
    {
        if (_node is null)
        {
            return _micros;
        }

        var value = _node.Evaluate(e);
        return value.Kind == ValueKind.Duration && value.Micros >= 0 ? value.Micros : null;
    }
}
