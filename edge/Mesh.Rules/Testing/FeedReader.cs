using System.Text;
using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Testing;

/// <summary>
/// Reads <c>feed:</c>, lines such as <c>{lock: {room: r1}, at: {0s: unlocked, 5s: locked}}</c>, and recordings. Readings
/// are numbered per device and boot in the order of their instants, then as written.
/// </summary>
internal sealed class FeedReader(TestTimes times, Diagnostics diagnostics)
{
    /// <summary>The source of readings that name none.</summary>
    public const string DefaultVia = "sensors";

    /// <summary>Readings of one test.</summary>
    public const int MaxReadings = 1_000_000;

    private static readonly string[] Reserved = ["at", "device", "via", "boot", "unit", "fields"];

    private readonly List<Draft> _drafts = [];

    public List<FedReading> Read(IReadOnlyList<YamlNode> lines)
    {
        foreach (var line in lines)
        {
            Line(line);
        }

        return Numbered();
    }

    /// <summary>Reads one JSON object per line; what is no reading is an error.</summary>
    public static List<Reading> Recording(YamlScalar path, string text, Diagnostics diagnostics)
    {
        var readings = new List<Reading>();
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.Trim().IsEmpty)
            {
                continue;
            }

            if (!ReadingJson.TryRead(Encoding.UTF8.GetBytes(line.ToString()), out var reading, out var error))
            {
                diagnostics.Error(path, $"{path.Text}, line {number}: {error}");
                break;
            }

            readings.Add(reading!);
            if (readings.Count > MaxReadings)
            {
                diagnostics.Error(path, $"{path.Text} has more than {MaxReadings} readings");
                break;
            }
        }

        return readings;
    }

    private void Line(YamlNode node)
    {
        var fields = new YamlFields(node, "a line of 'feed'", diagnostics);
        if (node is not YamlMapping mapping)
        {
            return;
        }

        var sensors = mapping.Entries.Where(e => !Reserved.Contains(e.Key.Text)).ToList();
        if (sensors is not [var sensor] || !Limits.IsName(sensor.Key.Text))
        {
            var found = sensors.Count == 0 ? "none" : string.Join(", ", sensors.Select(s => s.Key.Text));
            diagnostics.Error(
                node,
                $"a line of 'feed' names one sensor, such as {{lock: {{room: r1}}, at: {{0s: unlocked}}}}; {found} was found"
            );
            return;
        }

        fields.Get(sensor.Key.Text);
        var labels = Labels(sensor);
        var device = fields.Text("device") ?? labels.Find(l => l.Key == "device").Value;
        labels.RemoveAll(l => l.Key == "device");
        var template = new Draft
        {
            Sensor = sensor.Key.Text,
            Labels = labels.Count == 0 ? Contracts.Labels.Empty : new Labels(labels),
            Device = device ?? string.Join('-', labels.Select(l => l.Value).Prepend(sensor.Key.Text)),
            Via = fields.Text("via") ?? DefaultVia,
            Boot = fields.Integer("boot", 0) ?? 1,
            Unit = fields.Text("unit"),
            Fields = Fields(fields, Contracts.Fields.Empty),
        };
        if (!Limits.IsId(template.Device) || !Limits.IsId(template.Via))
        {
            diagnostics.Error(node, $"'{template.Device}' (via '{template.Via}') is no id; give the line a 'device'");
        }

        fields.Required("at");
        foreach (var entry in fields.Entries("at"))
        {
            if (times.Read(entry.Key, "a time of the feed") is { } at)
            {
                Values(template with { At = at }, entry.Value);
            }
        }

        fields.Close();
    }

    private List<KeyValuePair<string, string>> Labels(YamlEntry sensor)
    {
        var labels = new List<KeyValuePair<string, string>>();
        if (sensor.Value is YamlMapping key)
        {
            foreach (var entry in key.Entries)
            {
                if (entry.Value is YamlScalar value && Limits.IsName(entry.Key.Text))
                {
                    labels.Add(new(entry.Key.Text, value.Text));
                }
                else
                {
                    diagnostics.Error(entry.Key, $"'{entry.Key.Text}' is no label with a text");
                }
            }
        }
        else if (sensor.Value is not YamlScalar { IsNull: true })
        {
            diagnostics.Error(
                sensor.Value,
                $"'{sensor.Key.Text}' is {sensor.Value.Description}; its labels are expected, such as {{room: r1}}, or {{}}"
            );
        }

        return labels;
    }

    // A list holds several readings of one instant.
    private void Values(Draft draft, YamlNode node)
    {
        switch (node)
        {
            case YamlSequence several:
                foreach (var item in several.Items)
                {
                    Values(draft, item);
                }

                break;
            case YamlScalar scalar:
                _drafts.Add(draft with { Value = scalar.Value, Arrival = draft.At });
                break;
            default:
                Detailed(draft, node);
                break;
        }
    }

    private void Detailed(Draft draft, YamlNode node)
    {
        var fields = new YamlFields(node, "a value of the feed", diagnostics);
        _drafts.Add(
            draft with
            {
                Value = fields.Scalar("value")?.Value ?? Value.Unknown,
                Fields = Fields(fields, draft.Fields),
                Quality = fields.Choice("quality", "good", "bad") == 1 ? Quality.Bad : Quality.Good,
                Arrival = times.Optional(fields, "received") ?? draft.At,
                Device = fields.Text("device") ?? draft.Device,
                Unit = fields.Text("unit") ?? draft.Unit,
                Boot = fields.Integer("boot", 0) ?? draft.Boot,
                Seq = fields.Integer("seq", 0),
            }
        );
        fields.Close();
    }

    private static Fields Fields(YamlFields fields, Fields otherwise)
    {
        var entries = fields.Entries("fields");
        return entries.Count == 0
            ? otherwise
            : new Fields(
                entries.Select(e =>
                    KeyValuePair.Create(e.Key.Text, e.Value is YamlScalar scalar ? scalar.Value : Value.Unknown)
                )
            );
    }

    private List<FedReading> Numbered()
    {
        if (_drafts.Count > MaxReadings)
        {
            diagnostics.Error("", default, $"a test has more than {MaxReadings} readings");
            return [];
        }

        var next = new Dictionary<(string, long), long>();
        var seqs = new long[_drafts.Count];
        foreach (var i in Enumerable.Range(0, _drafts.Count).OrderBy(i => _drafts[i].At.Micros))
        {
            var draft = _drafts[i];
            var seq = draft.Seq ?? next.GetValueOrDefault((draft.Device, draft.Boot)) + 1;
            next[(draft.Device, draft.Boot)] = seqs[i] = seq;
        }

        return [.. _drafts.Select((d, i) => d.Build(seqs[i])).OrderBy(r => r.Arrival.Micros)];
    }

    private sealed record Draft
    {
        public required string Sensor { get; init; }

        public required string Device { get; init; }

        public required string Via { get; init; }

        public required Labels Labels { get; init; }

        public required Fields Fields { get; init; }

        public string? Unit { get; init; }

        public long Boot { get; init; }

        public long? Seq { get; init; }

        public Timestamp At { get; init; }

        public Timestamp Arrival { get; init; }

        public Value Value { get; init; }

        public Quality Quality { get; init; }

        public FedReading Build(long seq) =>
            new(
                new Reading
                {
                    Device = Device,
                    Sensor = Sensor,
                    Value = Value,
                    At = At,
                    Seq = seq,
                    Boot = Boot,
                    Quality = Quality,
                    Unit = Unit,
                    Fields = Fields,
                    Labels = Labels,
                },
                Arrival,
                Via
            );
    }
}
