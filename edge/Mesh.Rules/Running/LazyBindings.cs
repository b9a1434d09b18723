using System.Collections;
using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Running.Patterns;

namespace Mesh.Rules.Running;

/// <summary>
/// Bindings that are spelled out when somebody looks: most outputs are counted, joined or dropped before anybody does.
/// What they are made from never changes.
/// </summary>
internal abstract class LazyBindings : IReadOnlyList<NamedBinding>
{
    private IReadOnlyList<NamedBinding>? _items;

    public int Count => Items.Count;

    public NamedBinding this[int index] => Items[index];

    private IReadOnlyList<NamedBinding> Items => _items ??= SpellOut();

    public IEnumerator<NamedBinding> GetEnumerator() => Items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected abstract IReadOnlyList<NamedBinding> SpellOut();
}

/// <summary>What the steps of a pattern have bound.</summary>
internal sealed class StepBindings(PatternPlan plan, StepLink? last) : LazyBindings
{
    protected override IReadOnlyList<NamedBinding> SpellOut() => plan.Bindings(last);
}

/// <summary>The reading judged, under its sensor's name, and the newest of each input that is a single reading.</summary>
/// <param name="judged">Null when an instant has been judged.</param>
/// <param name="inputs">The inputs.</param>
/// <param name="newest">By the input's place; null where nothing is known.</param>
internal sealed class InputBindings(Reading? judged, IReadOnlyList<InputPlan> inputs, Reading?[] newest) : LazyBindings
{
    protected override IReadOnlyList<NamedBinding> SpellOut()
    {
        var bindings = new List<NamedBinding>(newest.Length + 1);
        if (judged is not null)
        {
            bindings.Add(new NamedBinding(judged.Sensor, Repeated: false, [Binding.Of(judged)]));
        }

        for (var i = 0; i < newest.Length; i++)
        {
            if (newest[i] is { } reading)
            {
                bindings.Add(new NamedBinding(inputs[i].Name, Repeated: false, [Binding.Of(reading)]));
            }
        }

        return bindings;
    }
}
