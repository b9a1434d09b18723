using Mesh.Contracts;
using Mesh.Rules.Expressions;
using Mesh.Rules.Running;

namespace Mesh.Rules.Explaining;

// Windows: what the open one holds, and what the last one came to.
internal sealed partial class Teller
{
    private (string State, string Answer) Window(KeyState key, WindowDefinition window, Timestamp at)
    {
        if (key.Window is not { } state)
        {
            return Generic(key, at);
        }

        var open = Open(state);
        if (window.When is not { } when)
        {
            return (state.IsOpen ? "open" : "idle", $"{open} {Generic(key, at).Answer}");
        }

        var clause = Judge(window, when, state);
        if (!state.HasResults)
        {
            return (state.IsOpen ? "open" : "idle", $"{open} No window of {KeyText} has been judged yet.");
        }

        if (window.EmitEach)
        {
            var verdict = clause.Value.IsTrue ? "satisfied the condition" : $"did not: {Deciders(clause)}";
            return (state.IsOpen ? "open" : "idle", $"The last window {verdict}. {open}");
        }

        var (episode, answer) = Episode(key, clause, at);
        return (episode, $"{answer} {open}");
    }

    private ExplainedClause Judge(WindowDefinition window, ExpressionDefinition when, WindowState state)
    {
        var e = rule.Evaluation;
        (e.Window, e.Lets) = (state, state.LetValues);
        var scope = new Scope(rule.Layout, ScopeKind.Window, [.. window.Of.Select(s => s.Sensor)]);
        var clause = new ClauseExplainer(rule, scope).Explain("when", when);
        e.Window = null;
        _clauses.Add(clause);
        _notes.Add("what when says is of the last window that was judged");
        return clause;
    }

    private static string Open(WindowState state)
    {
        if (!state.IsOpen)
        {
            return "No window is open.";
        }

        var next =
            state.DueMicros == DueItem.NotDue
                ? ""
                : $", and time changes it at {Clock(new Timestamp(state.DueMicros))}";
        return $"A window has been open since {Clock(new Timestamp(state.StartMicros))}{next}.";
    }
}
