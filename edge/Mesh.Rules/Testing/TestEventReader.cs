using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Testing;

/// <summary>Reads <c>events:</c>; each names an instant and one thing that happens to the node then.</summary>
internal sealed class TestEventReader(TestTimes times, TestRules rules, ClockKind clock, Diagnostics diagnostics)
{
    private static readonly string[] Kinds =
    [
        "restart",
        "cut",
        "delay",
        "duplicate",
        "clock",
        "reload",
        "delete",
        "dead",
        "alive",
        "table",
    ];

    public List<TestEvent> Read(IReadOnlyList<YamlNode> items)
    {
        var events = new List<TestEvent>();
        foreach (var item in items)
        {
            var fields = new YamlFields(item, "an event", diagnostics);
            if (!fields.IsMapping)
            {
                continue;
            }

            var at = times.Required(fields, "at");
            var kinds = Kinds.Where(k => fields.Get(k) is not null).ToList();
            if (kinds is not [var kind])
            {
                diagnostics.Error(item, $"an event has exactly one of {string.Join(", ", Kinds)}");
                continue;
            }

            if (Event(fields, kind, at ?? times.Start) is { } read)
            {
                events.Add(read);
            }

            fields.Close();
        }

        return events;
    }

    private TestEvent? Event(YamlFields fields, string kind, Timestamp at)
    {
        switch (kind)
        {
            case "restart":
                return Restart(fields, at);
            case "cut":
                fields.Choice("cut", "uplink");
                return new CutEvent(at, fields.Duration("for"), fields.Text("via"));
            case "delay":
                var (delay, lasts) = (fields.Duration("delay"), fields.Duration("for"));
                var via = fields.Text("via");
                return delay is { } late ? new DelayEvent(at, late, lasts, via) : null;
            case "duplicate":
                return fields.Duration("duplicate") is { } back ? new DuplicateEvent(at, back) : null;
            case "clock":
                return Clock(fields, at);
            case "reload":
                return rules.Reload(fields.Get("reload")!) is { } others ? new ReloadEvent(at, others) : null;
            case "delete":
                return new DeleteEvent(at, rules.Ids(fields.List("delete")));
            case "table":
                return Table(fields, at);
            default:
                return fields.Text(kind) is { } source ? new SourceEvent(at, source, kind == "alive") : null;
        }
    }

    // {table: limits, set: {r1: {max: 35}}}
    private TableEvent? Table(YamlFields fields, Timestamp at)
    {
        var cells = new List<(string, string, Value)>();
        fields.Required("set");
        foreach (var row in fields.Entries("set"))
        {
            if (row.Value is not YamlMapping columns)
            {
                diagnostics.Error(
                    row.Value,
                    $"'{row.Key.Text}' is {row.Value.Description}; columns with values are expected"
                );
                continue;
            }

            foreach (var cell in columns.Entries)
            {
                if (cell.Value is YamlScalar value)
                {
                    var isDuration =
                        Durations.TryParse(value.Text, out var duration) && value.Value.Kind == ValueKind.Text;
                    cells.Add(
                        (
                            row.Key.Text,
                            cell.Key.Text,
                            isDuration ? Value.Duration(CompiledRule.Micros(duration)) : value.Value
                        )
                    );
                }
                else
                {
                    diagnostics.Error(
                        cell.Value,
                        $"'{cell.Key.Text}' is {cell.Value.Description}; a single value is expected"
                    );
                }
            }
        }

        return fields.Text("table") is { } table ? new TableEvent(at, table, cells) : null;
    }

    private RestartEvent? Restart(YamlFields fields, Timestamp at)
    {
        if (fields.Get("restart") is YamlScalar { Text: "true" })
        {
            return new RestartEvent(at, TimeSpan.Zero, Buffered: false);
        }

        var restart = fields.Fields("restart", "'restart'")!;
        var down = restart.Duration("down") ?? TimeSpan.Zero;
        var buffered = restart.Boolean("buffered") ?? false;
        restart.Close();
        if (down > TimeSpan.Zero && clock == ClockKind.Recorded)
        {
            diagnostics.Error(restart.Get("down")!, "'down' goes with a live clock; in a recording down time is zero");
        }

        return restart.IsMapping ? new RestartEvent(at, down, buffered) : null;
    }

    private ClockEvent? Clock(YamlFields fields, Timestamp at)
    {
        if (fields.Scalar("clock") is not { } given)
        {
            return null;
        }

        if (clock == ClockKind.Recorded)
        {
            diagnostics.Error(given, "'clock' goes with a live clock; in a recording the sources move it");
        }
        else if (given.Text.Length > 1 && Durations.TryParse(given.Text.AsSpan(1), out var by))
        {
            switch (given.Text[0])
            {
                case '+':
                    return new ClockEvent(at, by);
                case '-':
                    return new ClockEvent(at, -by);
            }
        }

        diagnostics.Error(given, $"'clock' is {given.Description}; a jump such as +1h or -30s is expected");
        return null;
    }
}
