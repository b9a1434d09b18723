using Mesh.Rules.Expressions;
using Mesh.Rules.Tables;

namespace Mesh.Rules.Compiled;

/// <summary>
/// What a rule must remember per key. It grows while expressions are compiled: each name, history and aggregate that
/// one of them needs gets its slot here, once.
/// </summary>
internal sealed class RuleLayout(IReadOnlyList<string> by)
{
    private readonly Dictionary<(string Part, string Sensors), PartHistory> _parts = [];

    public IReadOnlyList<string> By { get; } = by;

    public List<InputPlan> Inputs { get; } = [];

    public List<SensorPlan> Sensors { get; } = [];

    public List<PartHistory> Parts { get; } = [];

    public List<AggregatePlan> Aggregates { get; } = [];

    public List<LetPlan> Lets { get; } = [];

    public List<TablePlan> Tables { get; } = [];

    /// <summary>The parts of conditions between and, or, if, as they stand; for measuring what tests reach.</summary>
    public List<(Node Node, Syntax Syntax)> Clauses { get; } = [];

    public List<LetHistory> LetHistories { get; } = [];

    /// <summary>The steps, when the body is a pattern.</summary>
    public PatternPlan? Pattern { get; set; }

    public InputPlan? FindInput(string name) => Inputs.Find(i => i.Name == name);

    public SensorPlan Sensor(string sensor)
    {
        var plan = Sensors.Find(s => s.Sensor == sensor);
        if (plan is null)
        {
            plan = new SensorPlan(Sensors.Count, sensor);
            Sensors.Add(plan);
        }

        return plan;
    }

    public InputPlan Add(InputPlan input)
    {
        Inputs.Add(input);
        var sensor = Sensor(input.Sensor);
        sensor.Inputs = [.. sensor.Inputs, input];
        return input;
    }

    public PartHistory Part(ReadingPart part, IReadOnlyList<string> sensors)
    {
        var key = (part.Kind + ":" + part.Name, string.Join('\n', sensors));
        if (!_parts.TryGetValue(key, out var history))
        {
            history = new PartHistory(Parts.Count, part);
            _parts.Add(key, history);
            Parts.Add(history);
            foreach (var sensor in sensors)
            {
                var plan = Sensor(sensor);
                plan.Parts = [.. plan.Parts, history];
            }
        }

        return history;
    }

    public LetHistory Let(int let)
    {
        var history = LetHistories.Find(h => h.Let == let);
        if (history is null)
        {
            history = new LetHistory(LetHistories.Count, let);
            LetHistories.Add(history);
        }

        return history;
    }

    public AggregatePlan Aggregate(AggregateFunction function, Node? argument, string text, double percent = 0)
    {
        var plan = Aggregates.Find(a => a.Text == text);
        if (plan is null)
        {
            plan = new AggregatePlan(Aggregates.Count, function, argument, text, percent);
            Aggregates.Add(plan);
        }

        return plan;
    }
}

/// <summary>A named expression whose value goes with the rule's outputs.</summary>
internal sealed record LetPlan(string Name, Node Node);
