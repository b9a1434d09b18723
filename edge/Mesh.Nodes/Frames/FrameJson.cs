using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>Which parts of frames somebody wants to see.</summary>
/// <param name="Lane">Items of this lane only; null: of all.</param>
/// <param name="Kind">Parts of this kind only, as <see cref="FrameJson.Kinds"/> names them; null: all.</param>
public readonly record struct FrameFilter(Lane? Lane, string? Kind);

/// <summary>A frame as JSON for people, with everything in it but the bytes of snapshots.</summary>
public static class FrameJson
{
    /// <summary>The names of parts.</summary>
    public static readonly IReadOnlyList<string> Kinds =
    [
        "range",
        "readings",
        "source",
        "rules",
        "devices",
        "started",
        "delivered",
        "command",
        "finished",
        "sink",
        "letter",
        "silence",
        "maintenance",
        "dropped",
        "carried",
        "refused",
        "aside",
        "clock",
        "items",
        "forwarded",
        "sent",
        "action",
        "snapshot",
    ];

    /// <summary>Writes a frame; false, and nothing is written, when no part of it is wanted.</summary>
    public static bool Write(Utf8JsonWriter writer, FoundFrame found, FrameFilter filter)
    {
        var frame = FrameCodec.Decode(found.Number, found.Body.Span);
        var inputs = frame.Inputs.Where(i => IsWanted(KindOf(i), LaneOf(i), filter)).ToList();
        var outputs = frame.Outputs.Where(o => IsWanted(KindOf(o), LaneOf(o), filter)).ToList();
        if (inputs.Count == 0 && outputs.Count == 0 && filter != default)
        {
            return false;
        }

        writer.WriteStartObject();
        writer.WriteNumber("frame"u8, frame.Number);
        writer.WriteNumber("epoch"u8, found.Segment.Epoch);
        writer.WriteString("file"u8, found.Segment.File);
        writer.WriteNumber("offset"u8, found.Offset);
        writer.WriteNumber("bytes"u8, found.Body.Length);
        ValueJson.Write(writer, "time"u8, frame.Time);
        ValueJson.Write(writer, "clock"u8, frame.Clock);
        writer.WriteStartArray("inputs"u8);
        inputs.ForEach(i => WriteInput(writer, i));
        writer.WriteEndArray();
        writer.WriteStartArray("outputs"u8);
        outputs.ForEach(o => WriteOutput(writer, o));
        writer.WriteEndArray();
        writer.WriteEndObject();
        return true;
    }

    private static bool IsWanted(string kind, Lane? lane, FrameFilter filter) =>
        (filter.Kind is null || filter.Kind == kind) && (filter.Lane is null || filter.Lane == lane);

    private static Lane? LaneOf(NodeInput input) =>
        input switch
        {
            RangeArrived arrived => arrived.Range.Lane,
            ReadingsArrived => Lane.Readings,
            Delivered delivered => delivered.Lane,
            ItemsDropped dropped => dropped.Lane,
            ItemsCarried carried => carried.Lane,
            ItemRefused refused => refused.Lane,
            _ => null,
        };

    private static Lane? LaneOf(NodeOutput output) =>
        output switch
        {
            LaneItem item => item.Lane,
            ReadingsForwarded => Lane.Readings,
            _ => null,
        };

    private static string KindOf(NodeInput input) =>
        input switch
        {
            RangeArrived => "range",
            ReadingsArrived => "readings",
            SourceChanged => "source",
            RulesChanged or RulesRejected => "rules",
            DevicesChanged => "devices",
            NodeStarted => "started",
            Delivered => "delivered",
            CommandOrdered => "command",
            ActionFinished => "finished",
            SinkAdvanced => "sink",
            DeadLetterTaken => "letter",
            SilenceAdded or SilenceRemoved => "silence",
            MaintenanceChanged => "maintenance",
            ItemsDropped => "dropped",
            ItemsCarried => "carried",
            ItemRefused => "refused",
            MessageSetAside => "aside",
            ClockSet or ClockPassed => "clock",
            _ => "other",
        };

    private static string KindOf(NodeOutput output) =>
        output switch
        {
            LaneItem => "items",
            ReadingsForwarded => "forwarded",
            CommandSent => "sent",
            ActionQueued => "action",
            Snapshot => "snapshot",
            _ => "other",
        };

    private static void WriteInput(Utf8JsonWriter writer, NodeInput input)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, KindOf(input));
        switch (input)
        {
            case RangeArrived(var range):
                writer.WriteString("sender"u8, range.Sender);
                writer.WriteNumber("senderEpoch"u8, range.Epoch);
                WriteRange(writer, range.Lane, range.From, range.To);
                RangeJson.WriteSkipped(writer, range.Skipped);
                WriteMark(writer, range.Mark);
                WriteItems(writer, range.Items);
                break;
            case ReadingsArrived(var source, var readings, var mark):
                writer.WriteString("source"u8, source);
                WriteMark(writer, mark);
                WriteItems(writer, readings);
                break;
            case SourceChanged(var source, var alive):
                writer.WriteString("source"u8, source);
                writer.WriteBoolean("alive"u8, alive);
                break;
            case RulesChanged(var files):
                WriteTexts(writer, "files"u8, files.Select(f => f.Name));
                break;
            case RulesRejected(var problems, _):
                WriteTexts(writer, "rejected"u8, problems);
                break;
            case DevicesChanged(var file):
                writer.WriteString("file"u8, file.Name);
                break;
            case NodeStarted started:
                writer.WriteString("version"u8, started.Version);
                writer.WriteNumber("downSeconds"u8, started.Down.TotalSeconds);
                break;
            case Delivered(var lane, var upTo):
                writer.WriteString("lane"u8, Lanes.Name(lane));
                writer.WriteNumber("upTo"u8, upTo);
                break;
            case CommandOrdered(var command):
                writer.WriteString("id"u8, command.Id);
                break;
            case ActionFinished(var id, var outcome, var detail):
                writer.WriteString("id"u8, id);
                writer.WriteString("outcome"u8, outcome);
                writer.WriteString("detail"u8, detail);
                break;
            case SinkAdvanced(var sink, var upTo, _, var dead):
                writer.WriteString("sink"u8, sink);
                writer.WriteNumber("upTo"u8, upTo);
                writer.WriteNumber("dead"u8, dead.Count);
                break;
            case DeadLetterTaken(var id, var retry):
                writer.WriteString("id"u8, id);
                writer.WriteBoolean("retry"u8, retry);
                break;
            case SilenceRemoved(var id):
                writer.WriteString("removed"u8, id);
                break;
            case ClockSet(var step):
                ValueJson.Write(writer, "from"u8, step.From);
                ValueJson.Write(writer, "to"u8, step.To);
                break;
            case MessageSetAside(var sender, var topic, var reason, var bytes, _):
                writer.WriteString("sender"u8, sender);
                writer.WriteString("topic"u8, topic);
                writer.WriteString("reason"u8, reason);
                writer.WriteNumber("bytes"u8, bytes);
                break;
            case ItemRefused(var lane, var number, var reason, _):
                WriteRange(writer, lane, number, number);
                writer.WriteString("reason"u8, reason);
                break;
            case ItemsDropped(var lane, var from, var to):
                WriteRange(writer, lane, from, to);
                break;
            case ItemsCarried(var lane, var from, var items):
                WriteRange(writer, lane, from, from + items.Count - 1);
                WriteItems(writer, items);
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteOutput(Utf8JsonWriter writer, NodeOutput output)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, KindOf(output));
        switch (output)
        {
            case LaneItem(var lane, var item, var content):
                WriteRange(writer, lane, item, item);
                WriteItems(writer, [content]);
                break;
            case ReadingsForwarded(var from, var places):
                WriteRange(writer, Lane.Readings, from, from + places.Count - 1);
                break;
            case CommandSent(var command, var expires, var agent):
                writer.WriteString("id"u8, command.Id);
                ValueJson.Write(writer, "expires"u8, expires);
                writer.WriteString("agent"u8, agent);
                break;
            case ActionQueued(var sink, var number, var action):
                writer.WriteString("sink"u8, sink);
                writer.WriteNumber("number"u8, number);
                writer.WriteString("id"u8, action.Id);
                writer.WriteString("target"u8, action.Target);
                break;
            case Snapshot(var core, var rules):
                writer.WriteNumber("bytes"u8, core.Length + rules.Sum(r => (long)r.State.Length));
                writer.WriteNumber("rules"u8, rules.Count);
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteRange(Utf8JsonWriter writer, Lane lane, long from, long to)
    {
        writer.WriteString("lane"u8, Lanes.Name(lane));
        writer.WriteNumber("from"u8, from);
        writer.WriteNumber("to"u8, to);
    }

    private static void WriteMark(Utf8JsonWriter writer, Mark? mark)
    {
        if (mark is { } reached)
        {
            ValueJson.Write(writer, "mark"u8, reached.Time);
            writer.WriteBoolean("final"u8, reached.Final);
        }
    }

    private static void WriteItems(Utf8JsonWriter writer, IReadOnlyList<MeshEvent> items)
    {
        writer.WriteStartArray("items"u8);
        foreach (var item in items)
        {
            EventJson.Write(writer, item);
        }

        writer.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
