using Mesh.Rules.Compiled;

namespace Mesh.Rules.Expressions;

internal enum ScopeKind : byte
{
    /// <summary><c>when</c>: inputs, parts of the key, sensors. The clock evaluates it again.</summary>
    Condition,

    /// <summary>As <see cref="Condition"/>, evaluated once, for an output.</summary>
    Output,

    /// <summary>One reading is judged: inputs, then parts of the reading.</summary>
    Reading,

    /// <summary>The <c>where</c> of an input: the other inputs as they are, then parts of the reading.</summary>
    InputWhere,

    /// <summary>How long something lasts: parts of the key, tables.</summary>
    Duration,

    /// <summary>A pattern between its readings: inputs, parts of the key, steps.</summary>
    Steps,

    /// <summary>A closed window: let names, inputs, parts of the key, aggregates.</summary>
    Window,
}

/// <summary>What the names in an expression mean, where it stands.</summary>
/// <param name="Layout">The rule's memory, in which names find or make their slots.</param>
/// <param name="Kind">Where the expression stands.</param>
/// <param name="Sensors">The sensors whose readings are judged here.</param>
internal sealed record Scope(RuleLayout Layout, ScopeKind Kind, IReadOnlyList<string> Sensors)
{
    /// <summary>The clock evaluates a condition over windows again, as it does others.</summary>
    public bool Clocked { get; init; }

    /// <summary>The steps of a pattern that can be named here; null outside of patterns.</summary>
    public StepScope? Steps { get; init; }

    private bool Judges => Kind is ScopeKind.Reading or ScopeKind.InputWhere;

    private bool Levels => Kind is ScopeKind.Condition or ScopeKind.Output;

    /// <summary>The name's meaning; null when it has none here.</summary>
    public Node? Name(string name)
    {
        if (Kind == ScopeKind.Window && Let(name) is { } let)
        {
            return new LetNode(let, Layout.Lets[let].Node.Type);
        }

        if (Kind != ScopeKind.Duration && Layout.FindInput(name) is { } input)
        {
            return Of(input);
        }

        if (KeyPart(name) is null && !ReadingPart.Fixed.Contains(name) && Steps?.Value(name) is { } step)
        {
            return step;
        }

        if (Judges)
        {
            return new PartNode(ReadingPart.Parse(name));
        }

        if (KeyPart(name) is { } part)
        {
            return new KeyPartNode(part);
        }

        return Levels ? Of(Implicit(name)) : null;
    }

    /// <summary><c>input.part</c>, or the long forms <c>fields.x</c> and <c>labels.x</c>.</summary>
    public Node? Member(string target, string name)
    {
        if (Judges && target is "fields" or "labels")
        {
            return new PartNode(new ReadingPart(target == "fields" ? PartKind.Field : PartKind.Label, name));
        }

        if (Steps?.Part(target, name) is { } step)
        {
            return step;
        }

        return Input(target) is { Combination: Combination.Latest } input
            ? new InputPartNode(input, ReadingPart.Parse(name))
            : null;
    }

    /// <summary>The input of that name; in a condition a sensor is one too.</summary>
    public InputPlan? Input(string name)
    {
        if (Kind == ScopeKind.Duration)
        {
            return null;
        }

        if (Layout.FindInput(name) is { } input)
        {
            return input;
        }

        return Levels && KeyPart(name) is null ? Implicit(name) : null;
    }

    /// <summary>Where earlier values of the name are kept; null when the name has none.</summary>
    public HistoryPlace? History(string name)
    {
        if (Kind == ScopeKind.Window && Let(name) is { } let)
        {
            return Layout.Let(let);
        }

        if (Input(name) is { Combination: Combination.Latest } input)
        {
            return input.History ??= new InputHistory(input);
        }

        return Judges && Layout.FindInput(name) is null ? Layout.Part(ReadingPart.Parse(name), Sensors) : null;
    }

    /// <summary>The names an author may have meant.</summary>
    public IEnumerable<string> Known() =>
        (Kind == ScopeKind.Window ? Layout.Lets.Select(l => l.Name) : [])
            .Concat(Kind == ScopeKind.Duration ? [] : Layout.Inputs.Select(i => i.Name))
            .Concat(Layout.By)
            .Concat(Steps?.Names ?? []);

    private int? Let(string name) => Layout.Lets.FindIndex(l => l.Name == name) is var i and >= 0 ? i : null;

    private int? KeyPart(string name)
    {
        for (var i = 0; i < Layout.By.Count; i++)
        {
            if (Layout.By[i] == name)
            {
                return i;
            }
        }

        return null;
    }

    private InputPlan Implicit(string sensor) => Layout.Add(new InputPlan(Layout.Inputs.Count, sensor, sensor));

    /// <summary>The value of an input.</summary>
    public static Node Of(InputPlan input) =>
        input.Combination == Combination.Latest ? new LatestNode(input) : new CombinedNode(input);
}
