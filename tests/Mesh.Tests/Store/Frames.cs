using System.Globalization;
using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.Tests.Stores;

/// <summary>Frames as a node would make them, from few words.</summary>
internal static class Frames
{
    internal static readonly Timestamp Start = Timestamp.Parse("2026-03-01T08:00:00Z");

    internal static Frame Of(long number, params MeshEvent[] items) => Of(number, [], items);

    internal static Frame Of(long number, NodeInput[] inputs, params MeshEvent[] items)
    {
        Reading[] readings = [.. items.OfType<Reading>()];
        NodeOutput[] outputs =
        [
            .. items.Where(i => i is not Contracts.Reading).Select((e, i) => new LaneItem(Lanes.Of(e), i + 1, e)),
        ];
        var arrived = readings.Length > 0 ? [new ReadingsArrived("agent-1", readings, null)] : Array.Empty<NodeInput>();
        return new Frame(number, At(number), [.. arrived, .. inputs], outputs, At(number));
    }

    internal static Timestamp At(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    internal static Reading Reading(string device, string sensor, double value, double seconds, long seq = 1) =>
        new()
        {
            Device = device,
            Sensor = sensor,
            Value = Value.Of(value),
            At = At(seconds),
            Seq = seq,
            Boot = 1,
        };

    internal static Detection Detection(string rule, string room, DetectionKind kind, double seconds) =>
        new(
            new DetectionOrigin
            {
                Rule = rule,
                RuleHash = "0123456789abcdef",
                Key = [new KeyPart("room", Value.Of(room))],
            },
            kind,
            At(seconds),
            At(seconds)
        )
        {
            Id = Id($"{rule} {room} {kind} {seconds}"),
        };

    /// <summary>A sensor's minute over the given readings of a device, whose values are their numbers.</summary>
    internal static Aggregate Minute(string device, int minute, params (long From, long To)[] runs)
    {
        long[] values =
        [
            .. runs.SelectMany(r => Enumerable.Range((int)r.From, (int)(r.To - r.From + 1))).Select(i => (long)i),
        ];
        return new Aggregate
        {
            Id = Id($"{device} {minute}"),
            Device = device,
            Sensor = "temperature",
            Start = At(60 * minute),
            End = At(60 * (minute + 1)),
            Emitted = At(60 * (minute + 1)),
            Count = values.Length,
            Numbers = values.Length,
            Sum = values.Sum(),
            Min = values.Length == 0 ? 0 : values.Min(),
            Max = values.Length == 0 ? 0 : values.Max(),
            Last = values.Length == 0 ? Value.Unknown : Value.Of((double)values.Max()),
            LastAt = values.Length == 0 ? At(0) : At(values.Max()),
            Covers = [.. runs.Select(r => new Covered(1, r.From, r.To))],
        };
    }

    internal static string Id(string text) =>
        Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text))
        )[..32];

    internal static string Text(Reading reading) =>
        string.Create(CultureInfo.InvariantCulture, $"{reading.Device} {reading.Sensor} {reading.Value} {reading.Seq}");
}
