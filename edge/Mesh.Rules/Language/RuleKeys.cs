namespace Mesh.Rules.Language;

/// <summary>Every key that a rule file can have. A test keeps it equal to what the readers take.</summary>
internal static class RuleKeys
{
    public const string Contiguity = "skip_till_next|strict|skip_till_any";

    public static readonly KeyTable[] All =
    [
        new(
            "rule",
            "One rule: an id, exactly one body (when, each, pattern, absent or window), and options.",
            [
                new("id", "text", "Unique; lower-case letters, digits and '-'.", Required: true),
                new("description", "text", "What the rule is for, for people."),
                new("by", "text [text]", "The key: device, sensor, a label, else a field; absent: one for all."),
                new("inputs", "{text @input}", "Names for what the rule looks at; a bare sensor is its latest value."),
                new(
                    "when",
                    "expression",
                    "A condition on the latest values of the key; with a window, on what it let."
                ),
                new("each", "sensor [sensor]", "Sensors whose single readings are judged."),
                new("where", "expression", "With 'each': what a reading must satisfy."),
                new("pattern", "[@step]", "Steps over readings, in order."),
                new("absent", "sensor", "A sensor whose silence of 'for' is told."),
                new("window", "@window", "Aggregates over a window of readings."),
                new("emit", "each", "With a window and 'when': a match per window instead of an episode."),
                new("let", "{expression}", "Named expressions; they become the output's values."),
                new("for", "duration", "How long the condition, or the silence, must last."),
                new("clear_for", "duration", "Off-delay: how long it must be false before it clears."),
                new("clear_when", "expression", "A separate condition that clears (hysteresis)."),
                new(
                    "on_start",
                    "hold|edge",
                    "A rule loaded while already true counts from then on, or waits for a false."
                ),
                new("within", "duration", "The whole pattern, from its first reading."),
                new("contiguity", Contiguity, "How a step is reached from the one before."),
                new("streams", "sensor [sensor]", "More sensors that 'strict' counts."),
                new("start", "each|idle|once", "Which readings may start a pattern."),
                new("after_match", "text", "past_last, none, to_next, to_first(x) or to_last(x)."),
                new("on_timeout", "report", "Say 'timeout' for a pattern that runs out of time."),
                new("max_partial", "integer", "Partial matches per key; 1000 unless given."),
                new("rearm", "on_event|always", "With 'absent': one alarm per silence, or one every 'for'."),
                new("lateness", "duration", "How late readings may come and still be put in order."),
                new("max_delay", "duration", "How far the clock lets time pass although a source is silent."),
                new("late", "drop|adjust|side @late", "What becomes of readings that are too late."),
                new("throttle", "@throttle", "At most one output per key and time."),
                new("lookup", "{text @lookup}", "Reference tables: a name and a CSV file."),
                new("active", "@active [@active]", "When the rule is on: time of day, weekdays, zone."),
                new("restart", "@restart", "What an outage of the node means to it."),
                new("expect", "registry", "Keys exist from the registry on, not from their first reading."),
                new("place", "@place", "Where the rule runs."),
                new("severity", "info|warning|critical", "How urgent it is; the latter two travel first."),
                new("labels", "{value}", "Labels of its outputs."),
                new("enabled", "boolean", "false: checked, but not run."),
                new("then", "@action [@action]", "What to do at fire, match and aggregate."),
                new("clear_then", "@action [@action]", "What to do at clear."),
            ]
        ),
        new(
            "input",
            "The newest reading of a sensor in the key, or what all its devices come to.",
            [
                new("latest", "text", "The newest reading of this sensor."),
                new("any", "text", "Whether any device's latest is true."),
                new("all", "text", "Whether every device's latest is true."),
                new("min", "text", "The smallest of the devices' latest."),
                new("max", "text", "The largest of the devices' latest."),
                new("avg", "text", "The mean of the devices' latest."),
                new("sum", "text", "The sum of the devices' latest."),
                new("count", "text", "How many devices have a known latest."),
                new("where", "expression", "Only readings that satisfy this."),
                new("device", "text", "Only this device."),
                new("max_age", "duration", "Older than this it is unknown."),
                new("default", "value", "What it is while unknown."),
            ]
        ),
        new(
            "throttle",
            "At most one output per key and time; the number suppressed goes with the next.",
            [
                new("every", "duration", "How long.", Required: true),
                new("anchor", "last_emit|slot", "From the last output, or in slots from the key's first."),
            ]
        ),
        new(
            "window",
            "A window of readings: exactly one of tumbling, sliding, session, count, state.",
            [
                new("of", "sensor [sensor]", "Which readings; may carry a filter, demo[size > 2].", Required: true),
                new("tumbling", "duration", "Side by side, this long."),
                new("sliding", "duration", "The last so long, at every reading and whenever one leaves."),
                new("session", "duration", "Until so long nothing comes."),
                new("count", "integer", "The last so many readings."),
                new("state", "expression @state", "While a state lasts; or changed(x)."),
                new("every", "duration integer", "When to look at it: reading, a time, or a number of readings."),
                new("align", "text", "epoch, first, or an offset such as 6h."),
                new("emit_empty", "boolean", "Say empty windows too."),
            ]
        ),
        new(
            "state",
            "A window from a reading that begins it to one that ends it.",
            [
                new("begin", "expression", "What begins it.", Required: true),
                new("end", "expression", "What ends it; absent: the next beginning."),
            ]
        ),
        new(
            "step",
            "A step: name: sensor[condition], not, quiet, wait, any or all.",
            [
                new("not", "sensor", "Kills the attempt until the next step is taken; with 'for', for so long."),
                new("quiet", "sensor", "So long without it; each one begins the time again."),
                new("wait", "duration", "Elapsed time."),
                new("any", "[@step]", "One of these."),
                new("all", "[@step]", "All of these, in any order."),
                new("for", "duration", "With 'not' and 'quiet': how long."),
                new("times", "integer @times", "How often."),
                new("within", "duration", "Since the previous step's last reading."),
                new("contiguity", Contiguity, "How the step is reached."),
                new("greedy", "boolean", "A reading that fits repetition and next step goes to the repetition."),
                new("every_prefix", "boolean", "Go on from every number of repetitions."),
                new("until", "sensor @step", "What ends the repetition."),
            ],
            Free: "sensor"
        ),
        new(
            "times",
            "How often a step is taken.",
            [
                new("min", "integer", "At least; 1 unless given."),
                new("max", "integer", "At most; absent: any number."),
                new("greedy", "boolean", "As on the step."),
                new("contiguity", Contiguity, "Between repetitions."),
                new("every_prefix", "boolean", "As on the step."),
            ]
        ),
        new("late", "Late readings go to a topic.", [new("side", "text", "The topic.")]),
        new(
            "lookup",
            "A reference table.",
            [
                new("file", "text", "CSV with a header; the first column is the key.", Required: true),
                new("reactive", "boolean", "A change of the table is looked at by itself."),
            ]
        ),
        new(
            "active",
            "When the rule is on.",
            [
                new("from", "text", "Time of day, such as \"22:00\"."),
                new("to", "text", "Time of day; before 'from': over midnight."),
                new("days", "text [text]", "mon, tue, …"),
                new("zone", "text", "A named time zone, such as Europe/Berlin."),
            ]
        ),
        new(
            "restart",
            "What an outage of the node means to it.",
            [
                new("outage_tolerance", "duration", "A longer outage starts over."),
                new("grace", "duration", "At least so long passes before it fires."),
            ]
        ),
        new(
            "place",
            "Where the rule runs.",
            [
                new("tier", "auto|edge|fog|cloud", "On which tier."),
                new("pin", "text", "On this node only."),
                new("near", "text", "Near this device or node."),
                new("offline", "boolean", "It must go on while the site is cut off."),
                new("latency", "duration", "From the reading to the output, at most."),
                new("keep", "anywhere|site", "Whether its readings may leave the site."),
                new("needs", "text [text]", "Capabilities that the node must have."),
                new("replicas", "integer", "How many nodes hold its state; 1 unless given, at most 5."),
                new("partition", "local|cloud|both|stop", "Who goes on while the network is cut."),
            ]
        ),
        .. ActionKeys.All,
    ];
}
