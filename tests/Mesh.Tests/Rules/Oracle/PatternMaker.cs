using Mesh.Contracts;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>Throws dice for patterns.</summary>
internal sealed class PatternMaker(Dice dice)
{
    private readonly List<Take> _taken = [];

    public Rule Make(Rule rule)
    {
        var contiguity = dice.Pick(Contiguity.Next, Contiguity.Next, Contiguity.Strict, Contiguity.Any);
        var steps = new List<Step>();
        var count = 1 + dice.Roll(3);
        if (dice.Rarely(12))
        {
            steps.Add(Timer());
        }

        for (var i = 0; i < count; i++)
        {
            if (i > 0 && dice.Rarely(4))
            {
                steps.Add(new Never(Of()) { Contiguity = dice.Rarely(4) ? Contiguity.Strict : null });
            }

            steps.Add(i > 0 && dice.Rarely(3) ? Other() : Taking(i > 0, i == count - 1));
        }

        if (steps[^1] is Take { Repeats: false } && dice.Rarely(5))
        {
            steps.Add(dice.Rarely(2) ? new Never(Of()) : Timer());
        }

        var within = Times.Second * dice.Pick(5, 8, 3, 12);
        return rule with
        {
            Body = new Pattern(steps, within)
            {
                Contiguity = contiguity,
                Report = dice.Rarely(4),
                Start = dice.Pick("each", "each", "each", "idle", "once"),
                After = dice.Roll(8) switch
                {
                    3 => "none",
                    4 => "to_next",
                    5 when _taken.Count > 0 => $"to_first({dice.Pick([.. _taken]).Name})",
                    6 when _taken.Count > 0 => $"to_last({dice.Pick([.. _taken]).Name})",
                    _ => "past_last",
                },
                Streams = contiguity == Contiguity.Strict && dice.Rarely(3) ? ["u"] : [],
            },
            Let = Lets(),
        };
    }

    private List<(string, Term)> Lets()
    {
        var let = new List<(string, Term)>();
        if (_taken.Count > 0 && dice.Rarely(2))
        {
            var take = dice.Pick([.. _taken]);
            let.Add(("v", new Name($"{take.Name}.value")));
            if (take.Repeats)
            {
                let.Add(("n", new Summed("count", new Name(take.Name))));
                let.Add(
                    (
                        "s",
                        new Summed(
                            take.Of.Sensor == "m" ? "last" : dice.Pick("last", "first", "max"),
                            new Name($"{take.Name}.value")
                        )
                    )
                );
            }
        }

        return let;
    }

    private Source Of(bool refers = false)
    {
        var sensor = dice.Pick("t", "t", "m", "u");
        Term? where = dice.Roll(4) switch
        {
            0 => null,
            _ when refers && sensor != "m" && _taken.Find(t => t.Of.Sensor != "m") is { } earlier && dice.Rarely(2) =>
                new Compare(new Name("value"), dice.Pick(">", "<", "=="), new Name($"{earlier.Name}.value")),
            3 when refers && _taken.Count > 0 => new Compare(
                new Name("device"),
                "==",
                new Name($"{_taken[0].Name}.device")
            ),
            _ when sensor == "m" => new Compare(new Name("value"), "==", new Constant(Value.Of(dice.Roll(2) == 0))),
            _ => new Compare(
                new Name("value"),
                dice.Pick("==", ">", "<"),
                new Constant(Value.Of((double)dice.Roll(4)))
            ),
        };
        return new Source(sensor, where);
    }

    private Take Plain(bool refers)
    {
        var take = new Take($"s{_taken.Count}", Of(refers));
        _taken.Add(take);
        return take;
    }

    private Take Taking(bool later, bool last)
    {
        var take = Plain(later);
        take = take with
        {
            Within = later && dice.Rarely(5) ? dice.Duration() : null,
            Contiguity = later && dice.Rarely(5) ? dice.Pick(Contiguity.Strict, Contiguity.Any, Contiguity.Next) : null,
        };
        if (dice.Rarely(3))
        {
            // A step that may be left out stands between others. Of its own end of time, and of prefixes of none, the
            // oracle does not know enough.
            var min = dice.Roll(3) switch
            {
                0 => 1,
                1 => 2,
                _ => later && !last ? 0 : 1,
            };
            take = take with
            {
                Repeats = true,
                Min = min,
                Within = min > 0 ? take.Within : null,
                Max = dice.Rarely(3) ? null : Math.Max(2, min + dice.Roll(3)),
                Between = dice.Pick(Contiguity.Next, Contiguity.Strict, Contiguity.Any),
                Reluctant = dice.Rarely(4),
            };
            take = take with
            {
                EveryPrefix = min > 0 && !take.Reluctant && dice.Rarely(4),
                Until = dice.Rarely(4) ? Ending(last) : null,
            };
        }

        _taken[^1] = take;
        return take;
    }

    private Until Ending(bool last) =>
        dice.Roll(4) switch
        {
            0 => new Until(null, new Source("u"), null, 0),
            1 => new Until(
                $"end{_taken.Count}",
                new Source("u", new Compare(new Name("value"), ">", new Constant(Value.Of(1.0)))),
                null,
                0
            ),
            2 => new Until(null, null, null, dice.Duration()),
            _ => new Until(null, null, new Source("t"), dice.Duration()),
        };

    private Step Timer() =>
        dice.Roll(3) switch
        {
            0 => new Wait(dice.Duration()),
            1 => new Quiet(Of(), dice.Duration()),
            _ => new Never(Of(), dice.Duration()),
        };

    private Step Other() =>
        dice.Roll(4) switch
        {
            0 => Timer(),
            1 => new AllOf(dice.Rarely(3) ? [Plain(false), Timer()] : [Plain(false), Plain(false)]),
            _ => new AnyOf(dice.Rarely(3) ? [Plain(false), new Wait(dice.Duration())] : [Plain(false), Plain(false)]),
        };
}
