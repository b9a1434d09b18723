using Mesh.Rules.Compiled;
using Mesh.Rules.Tables;

namespace Mesh.Rules;

// Tables belong to the rules as loaded, not to their state: a restart reads them with the rules again.
internal sealed partial class RunningRule
{
    /// <summary>Changes the table of that name; false when the rule has none.</summary>
    public bool ChangeTable(string name, Func<LookupTable, LookupTable> change)
    {
        if (Layout.Tables.Find(t => t.Name == name) is not { } plan)
        {
            return false;
        }

        Evaluation.Tables[plan.Slot] = change(Evaluation.Tables[plan.Slot]);
        if (plan.Reactive)
        {
            JudgeAgain();
        }

        return true;
    }

    private static LookupTable[] TablesOf(RuleLayout layout) => [.. layout.Tables.Select(t => t.Content)];

    // The same rule with other content of its tables.
    private void TakeTables(CompiledRule rule)
    {
        var again = false;
        foreach (var plan in rule.Layout.Tables)
        {
            again |= plan.Reactive && !ReferenceEquals(plan.Content, Evaluation.Tables[plan.Slot]);
        }

        Evaluation.Tables = TablesOf(rule.Layout);
        if (again)
        {
            JudgeAgain();
        }
    }

    // As a timer of this instant, before anything else of it.
    private void JudgeAgain()
    {
        if (!IsStarted)
        {
            return;
        }

        Time = Rule.Lateness == 0 ? Math.Max(Time, _clock.Micros) : Time;
        foreach (var key in _keys.Values)
        {
            if (Rule.Body.JudgesByClock)
            {
                key.Recheck = Math.Min(key.Recheck, CurrentTime);
                _due.Update(key, key.Due);
            }
        }

        LastNeed = NotDue;
    }
}
