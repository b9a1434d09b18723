using Mesh.Contracts;
using Xunit;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>Throws dice for a rule of one kind. Only rules that an author could write come out.</summary>
internal sealed class RuleMaker(Dice dice)
{
    /// <summary>The kinds of rules, all or those that <c>MESH_ORACLE_KIND</c> names.</summary>
    public static TheoryData<string> All =>
        [.. (Environment.GetEnvironmentVariable("MESH_ORACLE_KIND") ?? "when each window absent pattern").Split(' ')];

    public Rule Make(string kind)
    {
        var rule = new Rule("r", null!) { By = dice.Pick("room", null, "device") };
        rule = kind switch
        {
            "when" => WhenRule(rule),
            "each" => EachRule(rule),
            "absent" => rule with { Body = new Absent(Narrowed(), dice.Duration(), dice.Rarely(3)) },
            "window" => new WindowMaker(dice).Make(rule, Narrowed()),
            _ => new PatternMaker(dice).Make(rule),
        };
        var late = kind is "window" or "pattern" ? dice.Pick(2, 0, 3) : dice.Pick(0, 0, 2, 3);
        return rule with
        {
            Lateness = late * Times.Second,
            MaxDelay = late > 0 && dice.Rarely(3) ? Times.Second * dice.Pick(5, 3600, 1) : null,
            Throttle =
                rule.Body is not Pattern { Report: true } && dice.Rarely(5)
                    ? new Throttle(dice.Duration() * 2, dice.Rarely(2))
                    : null,
        };
    }

    private Constant Number() => new(Value.Of((double)dice.Roll(4)));

    private string Sign() => dice.Pick(">", "<", "==", ">=", "<=", "!=");

    private Source Narrowed()
    {
        var sensor = dice.Pick("t", "m", "u");
        return new Source(sensor, dice.Rarely(3) ? OfReading(sensor) : null);
    }

    /// <summary>A condition on one reading of a sensor.</summary>
    public Term OfReading(string sensor) =>
        dice.Roll(8) switch
        {
            7 => new Compare(new Name("device"), dice.Pick("==", "!="), new Constant(Value.Of("a"))),
            6 => new Both(OfReading(sensor), dice.Pick("and", "or"), OfReading(sensor)),
            5 => new Not(new Compare(new Name("value"), "==", sensor == "m" ? new Constant(Value.True) : Number())),
            _ when sensor == "m" => new Compare(new Name("value"), "==", new Constant(Value.Of(dice.Roll(2) == 0))),
            _ => new Compare(new Name("value"), Sign(), Number()),
        };

    // when --------------------------------------------------------------------------------------------------------

    private Rule WhenRule(Rule rule)
    {
        var inputs = Inputs();
        var numbers = new List<string> { "t", "u" };
        numbers.AddRange(inputs.Where(i => i.Sensor == "t" && i.Kind is not ("any" or "all")).Select(i => i.Name));
        var truths = new List<string> { "m" };
        truths.AddRange(inputs.Where(i => i.Sensor == "m").Select(i => i.Name));
        // What looks back or measures an age needs one newest reading.
        var plain = new List<string> { "t", "u", "m" };
        plain.AddRange(
            inputs.Where(i => i.Kind == "latest" && i.MaxAge is null && i.Default.IsUnknown).Select(i => i.Name)
        );
        var condition = Condition(numbers, truths, plain, 2);
        var level = new Level(
            dice.Pick(0, 1, 0, 2) * dice.Duration(),
            dice.Rarely(3) ? dice.Duration() : 0,
            dice.Rarely(4) ? Condition(numbers, truths, plain, 1) : null,
            dice.Rarely(5)
        );
        return rule with
        {
            Inputs = inputs,
            Body = new When(condition, level),
            Let = dice.Rarely(3) ? [("v", new Name(dice.Pick([.. numbers])))] : [],
        };
    }

    private List<Input> Inputs()
    {
        var inputs = new List<Input>();
        if (dice.Rarely(3))
        {
            inputs.Add(
                new Input("i", "latest", "t")
                {
                    Where = dice.Rarely(3) ? OfReading("t") : null,
                    MaxAge = dice.Rarely(2) ? dice.Duration() : null,
                    Device = dice.Rarely(4) ? "a" : null,
                    Default = dice.Rarely(4) ? Value.Of(2.0) : Value.Unknown,
                }
            );
        }

        if (dice.Rarely(4))
        {
            inputs.Add(
                new Input("j", dice.Pick("any", "all"), "m") { MaxAge = dice.Rarely(2) ? dice.Duration() : null }
            );
        }

        if (dice.Rarely(4))
        {
            inputs.Add(
                new Input("k", dice.Pick("count", "sum", "avg", "min", "max"), "t")
                {
                    MaxAge = dice.Rarely(2) ? dice.Duration() : null,
                    Where = dice.Rarely(2) ? OfReading("t") : null,
                }
            );
        }

        return inputs;
    }

    private Term Condition(List<string> numbers, List<string> truths, List<string> plain, int depth) =>
        dice.Roll(depth > 0 ? 12 : 8) switch
        {
            0 or 1 => new Compare(new Name(dice.Pick([.. numbers])), Sign(), Number()),
            2 => new Name(dice.Pick([.. truths])),
            3 => new AgeIs(dice.Pick([.. plain]), dice.Pick(">=", ">", "<", "<="), dice.Duration()),
            4 => new Known(dice.Pick([.. numbers, .. truths])),
            5 => new Changed(dice.Pick([.. plain])),
            6 => new Compare(new Name("t"), Sign(), new Prev("t", 1 + dice.Roll(2))),
            7 => new Compare(
                new Arithmetic(new Name(dice.Pick([.. numbers])), dice.Pick("+", "-", "*"), new Name("u")),
                Sign(),
                Number()
            ),
            8 => new Not(Condition(numbers, truths, plain, depth - 1)),
            var n => new Both(
                Condition(numbers, truths, plain, depth - 1),
                n == 9 ? "or" : "and",
                Condition(numbers, truths, plain, depth - 1)
            ),
        };

    // each --------------------------------------------------------------------------------------------------------

    private Rule EachRule(Rule rule)
    {
        var sensor = dice.Pick("t", "m");
        string[] sensors = dice.Rarely(3) ? [sensor, "u"] : [sensor];
        var input = dice.Rarely(4)
            ? new Input("i", "latest", "m") { MaxAge = dice.Rarely(2) ? dice.Duration() : null }
            : null;
        Term? where = dice.Roll(6) switch
        {
            0 => null,
            1 => new Changed("value"),
            2 => new Not(new Changed("value")),
            3 when sensor == "t" => new Compare(new Rate("value", Times.Second), ">", Number()),
            4 when input is not null && sensor != "m" => new Both(new Name("i"), "and", OfReading(sensor)),
            _ => OfReading(sensor),
        };
        return rule with
        {
            Inputs = input is null || sensor == "m" ? [] : [input],
            Body = new Each(sensors, where),
            Let = dice.Rarely(2) ? [("v", new Name("value")), ("p", new Prev("value", 1))] : [],
        };
    }
}

/// <summary>Throws dice for windows.</summary>
internal sealed class WindowMaker(Dice dice)
{
    private static readonly string[] Functions =
    [
        "count",
        "sum",
        "avg",
        "min",
        "max",
        "first",
        "last",
        "distinct",
        "p50",
        "p95",
        "stddev",
    ];

    public Rule Make(Rule rule, Source of)
    {
        of = of.Sensor == "m" ? new Source("t") : of;
        var kind = (WindowKind)dice.Roll(8);
        var window = new Window(kind, of)
        {
            Size = dice.Duration() * (1 + dice.Roll(2)),
            Every = dice.Duration(),
            Count = 1 + dice.Roll(4),
            EveryCount = dice.Rarely(2) ? 1 + dice.Roll(4) : null,
            Align =
                kind is WindowKind.Tumbling or WindowKind.Hopping && dice.Rarely(2)
                    ? dice.Pick(-1, 2 * Times.Second)
                    : null,
            EmitEmpty = kind is WindowKind.Tumbling or WindowKind.Sliding && dice.Rarely(4),
            Begin = kind == WindowKind.State ? Compared("value") : null,
            End = kind == WindowKind.State && dice.Rarely(2) ? Compared("value") : null,
        };
        var let = new List<(string, Term)> { ("n", new Summed("count", null)) };
        for (var i = dice.Roll(3); i > 0; i--)
        {
            let.Add(($"v{i}", new Summed(dice.Pick(Functions), new Name("value"))));
        }

        if (dice.Rarely(4))
        {
            let.Add(("c", new Changed("n")));
            let.Add(("p", new Prev("n", 1)));
        }

        if (dice.Rarely(2))
        {
            var each = dice.Rarely(3);
            window = window with
            {
                Condition = dice.Rarely(2)
                    ? new Both(Compared("n"), dice.Pick("and", "or"), Compared("n"))
                    : new Compare(
                        new Summed(dice.Pick("max", "min", "sum"), new Name("value")),
                        dice.Pick(">", "<"),
                        Number()
                    ),
                EmitEach = each,
                Level = each
                    ? null
                    : new Level(
                        dice.Rarely(2) ? dice.Duration() : 0,
                        dice.Rarely(3) ? dice.Duration() : 0,
                        dice.Rarely(4) ? Compared("n") : null,
                        dice.Rarely(6)
                    ),
            };
        }

        return rule with
        {
            Body = window,
            Let = let,
        };
    }

    private Constant Number() => new(Value.Of((double)dice.Roll(4)));

    private Compare Compared(string name) => new(new Name(name), dice.Pick(">", "<", "==", ">=", "<="), Number());
}
