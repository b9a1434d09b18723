using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Index;

namespace Mesh.Rules.Running;

/// <summary><c>when:</c> a level condition, evaluated when an input changes and when the clock alone can change it.</summary>
internal sealed class ConditionBody(EpisodePlan episode) : RuleBody
{
    public override bool JudgesByClock => true;

    public override void Apply(RunningRule rule, KeyState key, SensorPlan sensor, Reading reading, bool inputsChanged)
    {
        if (inputsChanged)
        {
            episode.Judge(rule, key);
        }
    }

    // The global key is there from the start, so that a reading which feeds no input does nothing. Others make their key.
    public override IReadOnlyList<FilterTerm>? Wants(CompiledRule rule, SensorPlan sensor)
    {
        if (rule.Layout.By.Count > 0 || rule.Lateness > 0 || sensor.Parts.Length > 0)
        {
            return null;
        }

        var terms = new List<FilterTerm>();
        foreach (var input in sensor.Inputs)
        {
            if (Wanted(input) is not { } term)
            {
                return null;
            }

            terms.Add(term);
        }

        return terms.Count > 0 ? terms : null;
    }

    // Of a combined input every reading counts: one for which `where` no longer holds takes its device out.
    private static FilterTerm? Wanted(InputPlan input) =>
        input is { Where: { } where, Combination: Combination.Latest } && FilterTerm.Of([where]) is { } term ? term
        : input.Device is { } device ? FilterTerm.OfDevice(device)
        : null;

    public override void Due(RunningRule rule, KeyState key)
    {
        // The evaluation that follows must not see a deadline that this instant has settled.
        EpisodePlan.Due(rule, key);
        if (key.Recheck <= rule.Time)
        {
            episode.Judge(rule, key);
        }
    }

    public override void Start(RunningRule rule, KeyState key)
    {
        key.Armed = !episode.StartsOnEdge;
        key.Recheck = rule.StartTime;
    }
}
