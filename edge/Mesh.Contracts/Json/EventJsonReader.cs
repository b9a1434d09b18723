using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>Reads what <see cref="EventJson"/> writes. Durations and instants among the values come back as texts.</summary>
public static class EventJsonReader
{
    /// <summary>Entries of a key, of values, of bindings or of one repeated binding.</summary>
    private const int Entries = 1000;

    internal static Detection ReadDetection(ref Utf8JsonReader reader, NameTable? names)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartObject, "detection");
        string? id = null,
            rule = null,
            hash = null,
            reason = null,
            node = null;
        var (kind, severity) = (DetectionKind.Match, Severity.Info);
        Timestamp? at = null,
            emitted = null,
            since = null;
        List<KeyValuePair<string, Value>> key = [],
            values = [];
        List<NamedBinding> bindings = [];
        var labels = Labels.Empty;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = names?.Get(reader.ValueSpan) ?? reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "id":
                    id = WireReader.Id(ref reader, name, null);
                    break;
                case "rule":
                    rule = WireReader.Id(ref reader, name, names);
                    break;
                case "ruleHash":
                    hash = WireReader.Id(ref reader, name, names);
                    break;
                case "kind":
                    kind = Kind(WireReader.Text(ref reader, name));
                    break;
                case "severity":
                    severity = SeverityOf(WireReader.Text(ref reader, name));
                    break;
                case "at":
                    at = WireReader.Instant(ref reader, name);
                    break;
                case "emitted":
                    emitted = WireReader.Instant(ref reader, name);
                    break;
                case "since":
                    since = WireReader.Instant(ref reader, name);
                    break;
                case "reason":
                    reason = WireReader.Text(ref reader, name);
                    break;
                case "node":
                    node = WireReader.Id(ref reader, name, names);
                    break;
                case "key":
                    key = Named(ref reader, name, names);
                    break;
                case "values":
                    values = Named(ref reader, name, names);
                    break;
                case "bindings":
                    bindings = Bindings(ref reader, names);
                    break;
                case "labels":
                    labels = ReadLabels(ref reader, names);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var origin = new DetectionOrigin
        {
            Rule = Required(rule, "rule"),
            RuleHash = Required(hash, "ruleHash"),
            Severity = severity,
            Labels = labels,
            Key = [.. key.Select(k => new KeyPart(k.Key, k.Value))],
        };
        return new Detection(
            origin,
            kind,
            at ?? throw new WireException("at: missing"),
            emitted ?? throw new WireException("emitted: missing")
        )
        {
            Id = Required(id, "id"),
            Since = since,
            Reason = reason,
            Values = values,
            Bindings = bindings,
            Node = node,
        };
    }

    internal static Aggregate ReadAggregate(ref Utf8JsonReader reader, NameTable? names)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartObject, "aggregate");
        string? id = null,
            device = null,
            sensor = null,
            rule = null,
            hash = null,
            node = null;
        Timestamp? start = null,
            end = null,
            emitted = null,
            lastAt = null;
        long count = 0,
            numbers = 0;
        double sum = 0,
            min = 0,
            max = 0;
        Value last = default;
        List<KeyValuePair<string, Value>> key = [],
            values = [];
        List<Covered> covers = [];
        var labels = Labels.Empty;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = names?.Get(reader.ValueSpan) ?? reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "id":
                    id = WireReader.Id(ref reader, name, null);
                    break;
                case "device":
                    device = WireReader.Id(ref reader, name, names);
                    break;
                case "sensor":
                    sensor = WireReader.Word(ref reader, name, names);
                    break;
                case "rule":
                    rule = WireReader.Id(ref reader, name, names);
                    break;
                case "ruleHash":
                    hash = WireReader.Id(ref reader, name, names);
                    break;
                case "node":
                    node = WireReader.Id(ref reader, name, names);
                    break;
                case "start":
                    start = WireReader.Instant(ref reader, name);
                    break;
                case "end":
                    end = WireReader.Instant(ref reader, name);
                    break;
                case "emitted":
                    emitted = WireReader.Instant(ref reader, name);
                    break;
                case "lastAt":
                    lastAt = WireReader.Instant(ref reader, name);
                    break;
                case "count":
                    count = WireReader.Whole(ref reader, name);
                    break;
                case "numbers":
                    numbers = WireReader.Whole(ref reader, name);
                    break;
                case "sum":
                    sum = Number(ref reader, name);
                    break;
                case "min":
                    min = Number(ref reader, name);
                    break;
                case "max":
                    max = Number(ref reader, name);
                    break;
                case "last":
                    last = WireReader.Value(ref reader, name, out _);
                    break;
                case "key":
                    key = Named(ref reader, name, names);
                    break;
                case "values":
                    values = Named(ref reader, name, names);
                    break;
                case "covers":
                    covers = Covers(ref reader);
                    break;
                case "labels":
                    labels = ReadLabels(ref reader, names);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new Aggregate
        {
            Id = Required(id, "id"),
            Device = device,
            Sensor = sensor,
            Rule = rule,
            RuleHash = hash,
            Key = [.. key.Select(k => new KeyPart(k.Key, k.Value))],
            Start = start ?? throw new WireException("start: missing"),
            End = end ?? throw new WireException("end: missing"),
            Emitted = emitted ?? throw new WireException("emitted: missing"),
            Count = count,
            Numbers = numbers,
            Sum = sum,
            Min = min,
            Max = max,
            Last = last,
            LastAt = lastAt ?? default,
            Values = values,
            Covers = covers,
            Labels = labels,
            Node = node,
        };
    }

    private static string Required(string? text, string name) => text ?? throw new WireException($"{name}: missing");

    private static double Number(ref Utf8JsonReader reader, string name)
    {
        var value = WireReader.Value(ref reader, name, out _);
        return value.Kind == ValueKind.Number
            ? value.Number
            : throw new WireException($"{name}: expected a finite number");
    }

    private static DetectionKind Kind(string text) =>
        text switch
        {
            "fire" => DetectionKind.Fire,
            "clear" => DetectionKind.Clear,
            "match" => DetectionKind.Match,
            "timeout" => DetectionKind.Timeout,
            _ => throw new WireException($"kind: found '{text}', expected fire, clear, match or timeout"),
        };

    private static Severity SeverityOf(string text) =>
        text switch
        {
            "info" => Severity.Info,
            "warning" => Severity.Warning,
            "critical" => Severity.Critical,
            _ => throw new WireException($"severity: found '{text}', expected info, warning or critical"),
        };

    private static List<KeyValuePair<string, Value>> Named(ref Utf8JsonReader reader, string name, NameTable? names)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartObject, name);
        var entries = new List<KeyValuePair<string, Value>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Bound(entries.Count, name);
            var key = names?.Get(reader.ValueSpan) ?? reader.GetString()!;
            reader.Read();
            entries.Add(new(key, ValueOrList(ref reader, key)));
        }

        return entries;
    }

    private static Value ValueOrList(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return WireReader.Value(ref reader, name, out _);
        }

        var items = new List<Value>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (items.Count == Limits.ListItems)
            {
                throw new WireException($"{name}: more than {Limits.ListItems} values in a list");
            }

            items.Add(WireReader.Value(ref reader, name, out _));
        }

        return Value.List(items);
    }

    private static Labels ReadLabels(ref Utf8JsonReader reader, NameTable? names)
    {
        var entries = Named(ref reader, "labels", names);
        return entries.Count > Limits.NamedValues
            ? throw new WireException($"labels: more than {Limits.NamedValues} entries")
            : new Labels(entries.Select(e => new KeyValuePair<string, string>(e.Key, e.Value.ToString())));
    }

    private static List<NamedBinding> Bindings(ref Utf8JsonReader reader, NameTable? names)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartObject, "bindings");
        var result = new List<NamedBinding>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Bound(result.Count, "bindings");
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                result.Add(new NamedBinding(name, Repeated: false, [ReadBinding(ref reader, names)]));
                continue;
            }

            var list = new List<Binding>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                Bound(list.Count, name);
                list.Add(ReadBinding(ref reader, names));
            }

            result.Add(new NamedBinding(name, Repeated: true, list));
        }

        return result;
    }

    private static Binding ReadBinding(ref Utf8JsonReader reader, NameTable? names)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartObject, "binding");
        string? device = null;
        long boot = 0,
            seq = 0;
        Timestamp at = default;
        Value value = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "device":
                    device = WireReader.Id(ref reader, name, names);
                    break;
                case "boot":
                    boot = WireReader.Whole(ref reader, name);
                    break;
                case "seq":
                    seq = WireReader.Whole(ref reader, name);
                    break;
                case "at":
                    at = WireReader.Instant(ref reader, name);
                    break;
                case "value":
                    value = WireReader.Value(ref reader, name, out _);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new Binding(Required(device, "device"), boot, seq, at, value);
    }

    private static List<Covered> Covers(ref Utf8JsonReader reader)
    {
        WireReader.Expect(ref reader, JsonTokenType.StartArray, "covers");
        var result = new List<Covered>();
        Span<long> three = stackalloc long[3];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            WireReader.Expect(ref reader, JsonTokenType.StartArray, "covers");
            foreach (ref var number in three)
            {
                reader.Read();
                number = WireReader.Whole(ref reader, "covers");
            }

            reader.Read();
            WireReader.Expect(ref reader, JsonTokenType.EndArray, "covers");
            result.Add(new Covered(three[0], three[1], three[2]));
        }

        return result;
    }

    private static void Bound(int count, string name)
    {
        if (count >= Entries)
        {
            throw new WireException($"{name}: more than {Entries} entries");
        }
    }
}
