using Mesh.Rules.Tables;

namespace Mesh.Rules;

public sealed partial class RuleEngine
{
    /// <summary>
    /// Changes the table that rules know under a name, from the clock's present instant on; how many rules have one. A
    /// node does it by loading the rules with the file's new content instead: the rules keep their state.
    /// </summary>
    public int ChangeTable(string name, Func<LookupTable, LookupTable> change)
    {
        var changed = 0;
        foreach (var rule in _rules)
        {
            if (rule.Fault is null && rule.ChangeTable(name, change))
            {
                changed++;
                Progress(rule);
            }
        }

        Settle();
        return changed;
    }
}
