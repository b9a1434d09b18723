using CsCheck;
using Mesh.Contracts;

namespace Mesh.Tests.Blocks;

/// <summary>Readings, detections and aggregates of every kind, ordinary and extreme.</summary>
internal static class Arbitrary
{
    private static readonly Gen<string> s_text = Gen.OneOf(
        Gen.Const(""),
        OneOf("room-101", "room-102", "temperature", "Zählerstand", "温度", "😀 offen", "\uD800 half"),
        Gen.String[Gen.Char, 0, 40]
    );

    private static readonly Gen<string> s_name = OneOf("a", "room", "device-1", "device-2", "温度", "x.y");

    private static readonly Gen<double> s_number = Gen.OneOf(
        Gen.Double,
        Gen.Int[-1000, 1000].Select(i => i / 100.0),
        OneOf(0.0, -0.0, double.MaxValue, double.Epsilon, 1e15, 0.1 + 0.2, double.NaN, double.NegativeInfinity)
    );

    private static readonly Gen<Timestamp> s_instant = Gen.OneOf(
        Gen.Int[0, 100].Select(i => new Timestamp(1_700_000_000_000_000 + (i * 1_000_000L))),
        Gen.Long.Select(l => new Timestamp(l)),
        OneOf(Timestamp.MinValue, Timestamp.MaxValue, Limits.Earliest)
    );

    internal static readonly Gen<Value> Value = Gen.OneOf(
        s_number.Select(Contracts.Value.Of),
        Gen.Bool.Select(Contracts.Value.Of),
        s_text.Select(Contracts.Value.Of),
        Gen.Const(Contracts.Value.Unknown),
        Gen.Long.Select(Contracts.Value.Duration),
        s_instant.Select(Contracts.Value.Of)
    );

    private static readonly Gen<Labels> s_labels = Gen.OneOf(
        Gen.Const(Labels.Empty),
        Gen.Select(s_name, s_text)
            .Array[0, 3]
            .Select(a => new Labels(a.DistinctBy(e => e.Item1).Select(e => KeyValuePair.Create(e.Item1, e.Item2))))
    );

    private static readonly Gen<Fields> s_fields = Gen.OneOf(
        Gen.Const(Fields.Empty),
        Gen.Select(s_name, Value)
            .Array[0, 3]
            .Select(a => new Fields(a.DistinctBy(e => e.Item1).Select(e => KeyValuePair.Create(e.Item1, e.Item2))))
    );

    private static readonly Gen<long> s_count = Gen.OneOf(Gen.Long[0, 20], Gen.Long, Gen.Const(Limits.Number));

    internal static readonly Gen<Reading> Reading = Gen.Select(
        Gen.Select(s_name, s_name, s_labels, s_text, Gen.Bool),
        Gen.Select(Value, s_fields),
        Gen.Select(s_instant, s_instant, Gen.Bool),
        Gen.Select(s_count, s_count, Gen.Bool),
        (who, what, when, number) =>
            new Reading
            {
                Device = who.Item1,
                Sensor = who.Item2,
                Labels = who.Item3,
                Unit = who.Item5 ? who.Item4 : null,
                Value = what.Item1,
                Fields = what.Item2,
                At = when.Item1,
                Received = when.Item3 ? when.Item2 : null,
                Seq = number.Item1,
                Boot = number.Item2,
                Quality = number.Item3 ? Quality.Good : Quality.Bad,
            }
    );

    private static readonly Gen<string> s_id = Gen.OneOf(
        s_text,
        Gen.Byte.Array[16].Select(b => Convert.ToHexStringLower(b)),
        Gen.Const(new string('A', 32))
    );

    private static readonly Gen<IReadOnlyList<KeyValuePair<string, Value>>> s_values = Gen.Select(
            s_name,
            Value,
            KeyValuePair.Create
        )
        .Array[0, 3]
        .Select(a => (IReadOnlyList<KeyValuePair<string, Value>>)a);

    private static readonly Gen<KeyPart[]> s_key = Gen.Select(s_name, Value, (n, v) => new KeyPart(n, v)).Array[0, 2];

    private static readonly Gen<Binding> s_binding = Gen.Select(
        s_name,
        s_count,
        s_count,
        s_instant,
        Value,
        (d, b, s, at, v) => new Binding(d, b, s, at, v)
    );

    internal static readonly Gen<MeshEvent> Detection = Gen.Select(
        Gen.Select(s_id, s_name, s_text, s_key),
        Gen.Select(Gen.Enum<DetectionKind>(), Gen.Enum<Severity>(), s_instant, s_instant, s_instant, Gen.Bool),
        Gen.Select(
            s_values,
            Gen.Select(s_name, Gen.Bool, s_binding.Array[0, 3], (n, r, b) => new NamedBinding(n, r, b)).Array[0, 3]
        ),
        s_labels,
        (id, what, values, labels) =>
            (MeshEvent)
                new Detection(
                    new DetectionOrigin
                    {
                        Rule = id.Item2,
                        RuleHash = id.Item3,
                        Severity = what.Item2,
                        Labels = labels,
                        Key = id.Item4,
                    },
                    what.Item1,
                    what.Item3,
                    what.Item4
                )
                {
                    Id = id.Item1,
                    Since = what.Item6 ? what.Item5 : null,
                    Reason = what.Item6 ? null : id.Item3,
                    Values = values.Item1,
                    Bindings = values.Item2,
                    Node = what.Item6 ? id.Item2 : null,
                }
    );

    internal static readonly Gen<MeshEvent> Aggregate = Gen.Select(
        Gen.Select(s_id, s_name, s_name, s_key, Gen.Bool),
        Gen.Select(s_instant, s_instant, s_instant, s_instant),
        Gen.Select(s_count, s_count, Gen.Double, Gen.Double, Gen.Double, Value, s_values),
        Gen.Select(Gen.Select(s_count, s_count, s_count, (b, f, t) => new Covered(b, f, t)).Array[0, 3], s_labels),
        (id, when, what, rest) =>
            (MeshEvent)
                new Aggregate
                {
                    Id = id.Item1,
                    Device = id.Item5 ? id.Item2 : null,
                    Sensor = id.Item5 ? id.Item3 : null,
                    Rule = id.Item5 ? null : id.Item2,
                    RuleHash = id.Item5 ? null : id.Item3,
                    Key = id.Item4,
                    Start = when.Item1,
                    End = when.Item2,
                    Emitted = when.Item3,
                    LastAt = when.Item4,
                    Count = what.Item1,
                    Numbers = what.Item2,
                    Sum = what.Item3,
                    Min = what.Item4,
                    Max = what.Item5,
                    Last = what.Item6,
                    Values = what.Item7,
                    Covers = rest.Item1,
                    Labels = rest.Item2,
                    Node = id.Item5 ? id.Item2 : null,
                }
    );

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
