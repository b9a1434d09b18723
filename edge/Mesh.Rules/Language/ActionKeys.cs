namespace Mesh.Rules.Language;

/// <summary>The keys of actions.</summary>
internal static class ActionKeys
{
    public static readonly KeyTable[] All =
    [
        new(
            "action",
            "One thing to do; texts see {key parts}, {since}, {at} and {let names}.",
            [
                new("command", "@command", "An order to a device, acknowledged, expiring."),
                new("publish", "@publish", "A message to an MQTT topic."),
                new("notify", "text @notify", "A text for people."),
                new("webhook", "text @webhook", "An HTTP POST."),
                new("put", "@put", "A tuple into a space."),
                new("set", "@set", "A derived reading that other rules can read."),
            ]
        ),
        new(
            "command",
            "An order to a device.",
            [
                new("device", "text", "The device.", Required: true),
                new("sensor", "text", "What of it.", Required: true),
                new("value", "value", "To what.", Required: true),
                new("expires", "duration", "How long it may still be executed; 30s unless given."),
            ]
        ),
        new(
            "publish",
            "A message to an MQTT topic.",
            [
                new("topic", "text", "The topic.", Required: true),
                new("payload", "value", "Absent: the output as JSON."),
                new("expires", "duration", "How long it is worth sending; 24h unless given."),
            ]
        ),
        new(
            "notify",
            "A text for people.",
            [
                new("text", "text", "The text.", Required: true),
                new("title", "text", "A heading."),
                new("to", "text [text]", "Destinations of the node's configuration; absent: the default ones."),
                new("expires", "duration", "How long it is worth telling; 24h unless given."),
            ]
        ),
        new(
            "webhook",
            "An HTTP POST with the detection's id as idempotency key.",
            [
                new("url", "text", "http or https.", Required: true),
                new("body", "text", "Absent: the output as JSON."),
                new("headers", "{value}", "Further headers."),
                new("expires", "duration", "How long it is worth sending; 24h unless given."),
            ]
        ),
        new("put", "A tuple.", [new("space", "text", "The space.", Required: true)], Free: "value"),
        new(
            "set",
            "A derived reading.",
            [
                new("sensor", "text", "Its sensor.", Required: true),
                new("value", "value", "Its value.", Required: true),
                new("device", "text", "Absent: rule:{id} and the parts of the key."),
            ]
        ),
    ];
}
