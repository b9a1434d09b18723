using Mesh.Rules.Expressions;
using Mesh.Rules.Running;

namespace Mesh.Rules.Compiled;

// Windows.
internal sealed partial class Compilation
{
    private WindowBody Window(WindowDefinition window)
    {
        var sensors = window.Of.Select(s => s.Sensor).ToList();
        Judge(window.Of);
        var episode = window is { When: not null, EmitEach: false };
        var shape = Shape(window, episode, new Scope(_layout, ScopeKind.Reading, sensors));
        var scope = new Scope(_layout, ScopeKind.Window, sensors);
        Lets(scope);

        // An episode is judged again by the clock, so the clock must be able to tell when.
        scope = scope with
        {
            Clocked = episode,
        };
        var when = window.When is { } w ? Bind(w, scope, "'when'") : null;
        var clear = definition.ClearWhen is { } c ? Bind(c, scope, "'clear_when'") : null;
        var condition = when is null ? null : Episode(when, clear);
        return new WindowBody(shape, condition, window.EmitEach, episode && NamesInputs(window));
    }

    private WindowShape Shape(WindowDefinition window, bool episode, Scope scope) =>
        window.Shape switch
        {
            TumblingDefinition tumbling => new TumblingShape(tumbling, window.EmitEmpty),
            SlidingDefinition sliding => new SlidingShape(sliding, window.EmitEmpty, episode),
            HoppingDefinition hopping => new HoppingShape(hopping, window.EmitEmpty),
            SessionDefinition session => new SessionShape(session),
            CountDefinition count => new CountShape(count),
            StateDefinition state => State(state, scope),
            _ => throw new InvalidOperationException($"No shape for {window.Shape.GetType().Name}."),
        };

    private StateShape State(StateDefinition state, Scope scope)
    {
        var begin = Bind(state.Begin, scope, "'begin'");
        if (!state.Changes)
        {
            return new StateShape(begin, begin, state.End is { } end ? Bind(end, scope, "'end'") : null);
        }

        var changing = ((CallSyntax)state.Begin.Syntax).Arguments[0];
        var value = new Binder(scope, Report(state.Begin)).Bind(changing);
        return new StateShape(new KnownNode(value), begin, null);
    }

    private bool NamesInputs(WindowDefinition window)
    {
        var names = window.When!.Syntax.Names();
        names = definition.ClearWhen is { } clear ? names.Concat(clear.Syntax.Names()) : names;
        return names.Any(n => !definition.Let.Any(l => l.Name.Text == n) && _layout.FindInput(n) is not null);
    }
}
