using System.Globalization;
using System.Text;
using Mesh.Contracts;

namespace Mesh.Rules.Testing;

/// <summary>Writes readings and outputs as a <c>*.cases.yaml</c> file.</summary>
internal sealed class CaptureText(Timestamp start)
{
    public static string Of(RuleTestResult result, IReadOnlyList<Reading> readings, CaptureOptions options)
    {
        var (test, writer) = (result.Test, new CaptureText(result.Test.Start));
        var text = new StringBuilder();
        var name = options.Name ?? $"{options.Rule} on {options.At}";
        text.Append(
            CultureInfo.InvariantCulture,
            $"# Captured: {readings.Count} readings before and after {options.At}.\n"
        );
        if (options.RuleFiles.Count > 0)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"rules: [{string.Join(", ", options.RuleFiles.Select(YamlText.Of))}]\n"
            );
        }

        text.Append("tests:\n");
        text.Append(CultureInfo.InvariantCulture, $"- name: {YamlText.Of(name)}\n");
        text.Append(CultureInfo.InvariantCulture, $"  rule: {YamlText.Of(options.Rule)}\n");
        text.Append("  clock: recorded\n");
        text.Append(CultureInfo.InvariantCulture, $"  start: {test.Start}\n");
        text.Append(readings.Count == 0 ? "  feed: []\n" : "  feed:\n");
        foreach (var line in writer.Feed(readings))
        {
            text.Append("  - ").Append(line).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"  until: {writer.Time(test.Until)}\n");
        text.Append(result.Outputs.Count == 0 ? "  expect: []\n" : "  expect:\n");
        foreach (var output in result.Outputs)
        {
            text.Append("  - ").Append(writer.Expected(output)).Append('\n');
        }

        return text.ToString();
    }

    // A line per device and sensor, unless that would change who came first where two came at once.
    private IEnumerable<string> Feed(IReadOnlyList<Reading> readings)
    {
        var numbered = readings
            .GroupBy(r => r.Device, StringComparer.Ordinal)
            .Where(g =>
                g.Select(r => r.At).Distinct().Count() < g.Count() || g.Select(r => r.Boot).Distinct().Count() > 1
            )
            .Select(g => g.Key)
            .ToHashSet(StringComparer.Ordinal);
        var grouped = readings.GroupBy(r => (r.Device, r.Sensor, r.Labels, r.Boot, r.Unit)).ToList();
        var order = grouped.SelectMany(g => g).OrderBy(r => r.ReceivedOrAt.Micros);
        var same = order.SequenceEqual(readings.OrderBy(r => r.ReceivedOrAt.Micros));
        IEnumerable<IEnumerable<Reading>> lines = same ? grouped : readings.Select(r => (Reading[])[r]);
        return lines.Select(l => Line([.. l], numbered));
    }

    private string Line(IReadOnlyList<Reading> readings, HashSet<string> numbered)
    {
        var first = readings[0];
        var explicitly = numbered.Contains(first.Device);
        var parts = new List<(string, string)>
        {
            (first.Sensor, YamlText.Mapping(first.Labels.Select(l => (l.Key, YamlText.Of(l.Value))))),
            ("device", YamlText.Of(first.Device)),
        };
        if (explicitly)
        {
            parts.Add(("boot", YamlText.Of(Value.Of(first.Boot))));
        }

        if (first.Unit is { } unit)
        {
            parts.Add(("unit", YamlText.Of(unit)));
        }

        var times = readings.GroupBy(r => r.At).Select(g => (Time(g.Key), Values([.. g], explicitly)));
        parts.Add(("at", $"{{{string.Join(", ", times.Select(t => $"{t.Item1}: {t.Item2}"))}}}"));
        return YamlText.Mapping(parts);
    }

    private string Values(IReadOnlyList<Reading> readings, bool numbered)
    {
        var values = readings.Select(r => ValueOf(r, numbered));
        return readings.Count == 1 ? values.Single() : $"[{string.Join(", ", values)}]";
    }

    private string ValueOf(Reading reading, bool numbered)
    {
        var value = YamlText.Of(reading.Value);
        var parts = new List<(string, string)> { ("value", value) };
        if (reading.Fields.Count > 0)
        {
            parts.Add(("fields", YamlText.Mapping(reading.Fields.Select(f => (f.Key, YamlText.Of(f.Value))))));
        }

        if (reading.Quality != Quality.Good)
        {
            parts.Add(("quality", "bad"));
        }

        if (reading.ReceivedOrAt != reading.At)
        {
            parts.Add(("received", Time(reading.ReceivedOrAt)));
        }

        if (numbered)
        {
            parts.Add(("seq", YamlText.Of(Value.Of(reading.Seq))));
        }

        return parts.Count == 1 ? value : YamlText.Mapping(parts);
    }

    private string Expected(RuleOutput output)
    {
        var parts = new List<(string, string)> { ("at", Time(OutputText.At(output))) };
        var key = YamlText.Mapping(OutputText.Key(output).Select(k => (k.Name, YamlText.Of(k.Value))));
        switch (output.Event)
        {
            case Detection d:
                parts.Add((EventJson.KindName(d.Kind), key));
                Add(parts, "since", d.Since is { } since ? Time(since) : null);
                Add(parts, "reason", d.Reason is { } reason ? YamlText.Of(reason) : null);
                Add(parts, "values", Named(d.Values));
                Add(parts, "bindings", d.Kind is DetectionKind.Match or DetectionKind.Timeout ? Bindings(d) : null);
                break;
            case Aggregate a:
                parts.Add(("aggregate", key));
                parts.Add(("since", Time(a.Start)));
                parts.Add(("count", YamlText.Of(Value.Of(a.Count))));
                Add(parts, "values", Named(a.Values));
                break;
        }

        return YamlText.Mapping(parts);
    }

    private static void Add(List<(string, string)> parts, string name, string? value)
    {
        if (value is not null)
        {
            parts.Add((name, value));
        }
    }

    private static string? Named(IReadOnlyList<KeyValuePair<string, Value>> values) =>
        values.Count == 0 ? null : YamlText.Mapping(values.Select(v => (v.Key, YamlText.Of(v.Value))));

    private string? Bindings(Detection detection) =>
        detection.Bindings.Count == 0
            ? null
            : YamlText.Mapping(
                detection.Bindings.Select(b =>
                    (
                        b.Name,
                        b.Repeated
                            ? $"[{string.Join(", ", b.Readings.Select(r => Time(r.At)))}]"
                            : Time(b.Readings[0].At)
                    )
                )
            );

    // A device's clock may be behind the start; an offset cannot be.
    private string Time(Timestamp at) => at < start ? $"\"{at}\"" : TestTimes.Format(at, start);
}
