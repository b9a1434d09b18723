using Mesh.Contracts;

namespace Mesh.Tests.Wire;

/// <summary>One of everything that travels between nodes, with every optional part present.</summary>
internal static class Samples
{
    public static readonly Reading Reading = new()
    {
        Device = "pir-101",
        Sensor = "occupancy",
        Value = Value.False,
        At = Timestamp.Parse("2026-03-01T08:00:00.000001Z"),
        Received = Timestamp.Parse("2026-03-01T08:00:00.25Z"),
        Seq = 17,
        Boot = 3,
        Labels = new Labels([new("room", "101"), new("floor", "1")]),
    };

    public static readonly Reading Badge = new()
    {
        Device = "gate-1",
        Sensor = "badge",
        Value = Value.Of("Zoë"),
        At = Timestamp.Parse("2026-03-01T08:00:01Z"),
        Seq = 1,
        Boot = 9_007_199_254_740_991,
        Unit = "name",
        Quality = Quality.Bad,
        Fields = new Fields([
            new("gate", Value.Of("north")),
            new("tries", Value.Of(2)),
            new("ok", Value.True),
            new("note", Value.Unknown),
        ]),
    };

    public static readonly ReadingBatch Batch = new(
        3,
        18,
        [Reading, Badge],
        new Mark(Timestamp.Parse("2026-03-01T08:00:02Z"), Final: true)
    );

    public static readonly Detection Detection = new(
        new DetectionOrigin
        {
            Rule = "empty-unlocked",
            RuleHash = "0011223344556677",
            Severity = Severity.Warning,
            Labels = new Labels([new("site", "home")]),
            Key = [new KeyPart("room", Value.Of("101"))],
        },
        DetectionKind.Fire,
        Timestamp.Parse("2026-03-01T08:02:00Z"),
        Timestamp.Parse("2026-03-01T08:02:00.5Z")
    )
    {
        Id = "0123456789abcdef0123456789abcdef",
        Since = Timestamp.Parse("2026-03-01T08:00:00Z"),
        Reason = "reload",
        Values = [new("level", Value.Of(1.5)), new("nobody", Value.Unknown)],
        Bindings =
        [
            new NamedBinding(
                "open",
                false,
                [new Binding("door-1", 3, 4, Timestamp.Parse("2026-03-01T08:00:00Z"), Value.Of("open"))]
            ),
            new NamedBinding(
                "move",
                true,
                [new Binding("pir-101", 3, 5, Timestamp.Parse("2026-03-01T08:00:01Z"), Value.True)]
            ),
        ],
        Node = "fog-1",
    };

    public static readonly Aggregate Aggregate = new()
    {
        Id = "fedcba9876543210fedcba9876543210",
        Device = "thermo-1",
        Sensor = "temperature",
        Start = Timestamp.Parse("2026-03-01T08:00:00Z"),
        End = Timestamp.Parse("2026-03-01T08:01:00Z"),
        Emitted = Timestamp.Parse("2026-03-01T08:01:05Z"),
        Count = 3,
        Numbers = 2,
        Sum = 42.5,
        Min = 20.5,
        Max = 22,
        Last = Value.Of(22),
        LastAt = Timestamp.Parse("2026-03-01T08:00:40Z"),
        Covers = [new Covered(3, 1, 2), new Covered(4, 1, 1)],
        Labels = new Labels([new("room", "101")]),
        Node = "fog-1",
    };

    public static readonly LaneRange Range = new(
        "fog-1",
        5,
        Lane.Alarms,
        7,
        [Detection],
        [new Skipped(8, 9, "expired")],
        null
    );

    public static readonly Command Command = new("c1", "lock-101", "lock", Value.Of("locked"), 30_000, Detection.Id);
}
