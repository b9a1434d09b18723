using Mesh.Contracts;

namespace Mesh.Tests.Cloud;

/// <summary>What a fog called fog-1 sends.</summary>
internal static class Sent
{
    public static readonly Timestamp Start = Timestamp.Parse("2026-03-02T08:00:00Z");

    public static LaneRange Range(Lane lane, long from, params IReadOnlyList<MeshEvent> items) =>
        new("fog-1", 7, lane, from, items, [], null);

    /// <summary>Readings number from to from + count - 1 of one thermometer, a second apart.</summary>
    public static LaneRange Readings(long from, int count, string device = "env-101") =>
        Range(Lane.Readings, from, [.. Enumerable.Range(0, count).Select(i => Reading(from + i, device))]);

    public static Reading Reading(long seq, string device = "env-101", double? value = null) =>
        new()
        {
            Device = device,
            Sensor = "temperature",
            Value = Value.Of(value ?? 20 + (seq % 10)),
            Unit = "°C",
            At = Start + TimeSpan.FromSeconds(seq),
            Received = Start + TimeSpan.FromSeconds(seq),
            Seq = seq,
            Boot = 3,
            Labels = new Labels([new("room", "101")]),
        };

    public static Detection Detection(int number, DetectionKind kind = DetectionKind.Fire, string room = "101") =>
        new(
            new DetectionOrigin
            {
                Rule = "stuffy-room",
                RuleHash = "0123456789abcdef",
                Severity = Severity.Warning,
                Key = [new KeyPart("room", Value.Of(room))],
            },
            kind,
            Start + TimeSpan.FromMinutes(number),
            Start + TimeSpan.FromMinutes(number)
        )
        {
            Id = number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture),
            Node = "fog-1",
        };

    /// <summary>The minute's aggregate of the readings from to to of one thermometer.</summary>
    public static Aggregate Aggregate(long from, long to, double sum, string id = "00000000000000000000000000000001") =>
        new()
        {
            Id = id,
            Device = "env-101",
            Sensor = "temperature",
            Start = Start,
            End = Start + TimeSpan.FromMinutes(1),
            Emitted = Start + TimeSpan.FromMinutes(1),
            Count = to - from + 1,
            Numbers = to - from + 1,
            Sum = sum,
            Min = 20,
            Max = 22,
            Last = Value.Of(21.5),
            LastAt = Start + TimeSpan.FromSeconds(to),
            Covers = [new Covered(3, from, to)],
            Labels = new Labels([new("room", "101")]),
            Node = "fog-1",
        };
}
