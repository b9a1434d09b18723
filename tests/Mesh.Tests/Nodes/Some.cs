using System.Globalization;
using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Rules;

namespace Mesh.Tests.Nodes;

/// <summary>Settings, readings and ranges from few words. Every call makes new objects: a node may change what it is given.</summary>
internal static class Some
{
    public const long Boot = 7;

    public static readonly Timestamp Start = Timestamp.Parse("2026-03-02T08:00:00Z");

    public static readonly UplinkChoice Everything = new(Enabled: true, Aggregates: true, AllReadings: true, []);

    /// <summary>A condition with an action, single readings, and a window; all three kinds of outputs.</summary>
    public const string Rules = """
        version: 1
        rules:
        - id: hot
          by: device
          when: temperature > 30
          for: 20s
          severity: warning
          then:
          - command: {device: of-agent-1, sensor: fan, value: true}
          - publish: {topic: "site/{device}/hot"}
        - {id: step, by: device, each: temperature, where: value > 36, severity: info}
        - {id: load, by: device, window: {of: temperature, tumbling: 30s}, lateness: 5s}
        """;

    public static NodeSettings Settings(ClockKind clock = ClockKind.Recorded, string node = "fog-1") =>
        new()
        {
            Node = node,
            Tier = Tier.Fog,
            Site = "home",
            Data = "/data",
            Clock = clock,
            SegmentBytes = 64 * 1024,
            Devices = new NamedText("devices.yaml", "labels: {site: home}\ndevices: {env-1: {labels: {room: '101'}}}"),
        };

    public static Reading Reading(
        string device,
        long seq,
        double at,
        double value = 20,
        string sensor = "temperature",
        double? received = null
    ) =>
        new()
        {
            Device = device,
            Sensor = sensor,
            Value = Value.Of(value),
            At = At(at),
            Received = received is { } r ? At(r) : null,
            Seq = seq,
            Boot = Boot,
        };

    public static Timestamp At(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    /// <summary>Items from to from + count - 1 of an agent; item n is reading n of its one device, at second n.</summary>
    public static LaneRange Range(long from, int count, string agent = "agent-1", long epoch = 3) =>
        new(
            agent,
            epoch,
            Lane.Readings,
            from,
            [.. Enumerable.Range(0, count).Select(i => Reading($"of-{agent}", from + i, from + i, from + i))],
            [],
            null
        );

    public static string Id(long number) => number.ToString("x32", CultureInfo.InvariantCulture);

    public static Detection Detection(long number, Severity severity) =>
        new(
            new DetectionOrigin
            {
                Rule = "r",
                RuleHash = "0123456789abcdef",
                Severity = severity,
            },
            DetectionKind.Fire,
            At(number),
            At(number)
        )
        {
            Id = Id(number),
        };
}
