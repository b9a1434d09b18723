namespace Mesh.Rules.Language;

/// <summary>The keys of rule files as a whole and of tests.</summary>
internal static class TestKeys
{
    public static readonly KeyTable[] All =
    [
        new(
            "file",
            "Rules, and tests of them.",
            [
                new("version", "integer", "1."),
                new("rules", "[@rule] text [text]", "Rules; in a file of cases also paths of rule files."),
                new("tests", "[@test]", "Tests of the rules."),
            ]
        ),
        new(
            "test",
            "What happens, and what rules must say.",
            [
                new("name", "text", "A sentence.", Required: true),
                new("rule", "text [text]", "The rules tested; absent: all of the file."),
                new("rules", "[@rule] text [text]", "Rules of this test alone."),
                new("source", "text", "Where the expectation comes from."),
                new("description", "text", "More about it."),
                new("clock", "live|recorded", "What moves the node's clock: the wall, or the sources."),
                new("start", "instant", "2026-03-01T08:00:00Z unless given."),
                new("feed", "[@feed]", "Sensors, each with a timeline."),
                new("readings", "text", "A recording (.jsonl) instead of, or beside, a feed."),
                new("events", "@event [@event]", "What happens to the node, not to the sensors."),
                new("until", "time", "The end; absent: the last that happens or is expected."),
                new("expect", "[@expect]", "Everything the rules say.", Required: true),
            ]
        ),
        new(
            "feed",
            "A sensor with its labels, and a timeline: {lock: {room: r1}, at: {0s: unlocked}}.",
            [
                new("at", "{value [any] @fed}", "Times and values.", Required: true),
                new("device", "text", "Absent: the sensor and its labels, lock-r1."),
                new("via", "text", "The source that sends it."),
                new("boot", "integer", "The numbering; 1 unless given."),
                new("unit", "text", "The unit."),
                new("fields", "{value}", "Fields of each reading."),
            ],
            Free: "{value}"
        ),
        new(
            "fed",
            "One reading of a timeline.",
            [
                new("value", "value", "Its value."),
                new("fields", "{value}", "Its fields."),
                new("quality", "good|bad", "bad: unknown to rules."),
                new("received", "time", "When it arrives."),
                new("device", "text", "Over the line's."),
                new("unit", "text", "Over the line's."),
                new("boot", "integer", "Over the line's."),
                new("seq", "integer", "Its number; counted unless given."),
            ]
        ),
        new(
            "event",
            "One thing that happens to the node.",
            [
                new("at", "time", "When.", Required: true),
                new("restart", "boolean @restarting", "It stops and starts again from its saved state."),
                new("cut", "uplink", "What would arrive meanwhile arrives at the end of 'for'; without it, never."),
                new("delay", "duration", "What would arrive from then on arrives later."),
                new("duplicate", "duration", "What arrived in the time before arrives again."),
                new("clock", "text", "The clock jumps: +1h or -30s."),
                new("reload", "text [@rule]", "The rules are now these."),
                new("delete", "text [text]", "These rules are gone."),
                new("table", "text", "A reference table whose cells change to those of 'set'."),
                new("set", "{{value}}", "Key, column and new value: {r1: {max: 35}}."),
                new("dead", "text", "The source is gone: it holds no watermark."),
                new("alive", "text", "The source is back."),
                new("for", "duration", "How long a cut or delay lasts."),
                new("via", "text", "Only this source."),
            ]
        ),
        new(
            "restarting",
            "A restart.",
            [
                new("down", "duration", "How long the node is down."),
                new("buffered", "boolean", "What comes meanwhile is sent again; else it is lost."),
            ]
        ),
        new(
            "expect",
            "One output: when, what, of which key.",
            [
                new("at", "time", "Its event time.", Required: true),
                new("fire", "{value}", "The key."),
                new("clear", "{value}", "The key."),
                new("match", "{value}", "The key."),
                new("timeout", "{value}", "The key."),
                new("aggregate", "{value}", "The key; 'at' is the end of the window."),
                new("rule", "text", "Which rule, where several are tested."),
                new("since", "time", "Since when; of an aggregate, its start."),
                new("emitted", "time", "The clock when it was said."),
                new("reason", "text", "reload, …"),
                new("severity", "info|warning|critical", "Its severity."),
                new("count", "integer", "Readings of an aggregate."),
                new("values", "{any}", "Values by name; null is unknown."),
                new("bindings", "{any}", "Steps by name: the times of their readings, or {at, device, value, seq}."),
                new("actions", "[@action] @action", "All actions, in order; of each only what is named."),
            ]
        ),
    ];
}
