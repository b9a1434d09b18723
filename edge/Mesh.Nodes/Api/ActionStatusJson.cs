using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>What leaves the node, what does not, and what shall not, as part of its status.</summary>
internal static class ActionStatusJson
{
    /// <summary>Under the node's lock: cursors, dead letters, silences, the last change of rules.</summary>
    public static void Write(Utf8JsonWriter writer, NodeCore core, IReadOnlyCollection<HopStatus> running)
    {
        writer.WriteStartObject("sinks"u8);
        foreach (var cursor in core.Sinks.All)
        {
            var status = running.FirstOrDefault(s => s.Target == cursor.Sink);
            writer.WriteStartObject(cursor.Sink);
            writer.WriteNumber("waiting"u8, cursor.Waiting);
            writer.WriteNumber("delivered"u8, cursor.Delivered);
            writer.WriteNumber("dead"u8, cursor.Dead);
            if (status?.Trouble is { } trouble)
            {
                writer.WriteString("trouble"u8, trouble);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteStartObject("deadLetters"u8);
        writer.WriteNumber("kept"u8, core.DeadLetters.All.Count);
        writer.WriteNumber("came"u8, core.DeadLetters.Came);
        writer.WriteNumber("lost"u8, core.DeadLetters.Lost);
        writer.WriteEndObject();
        writer.WriteStartObject("setAside"u8);
        writer.WriteNumber("kept"u8, core.SetAside.All.Count);
        writer.WriteNumber("came"u8, core.SetAside.Came);
        writer.WriteNumber("lost"u8, core.SetAside.Lost);
        writer.WriteEndObject();
        WriteSilences(writer, core);
        WriteReload(writer, core);
    }

    private static void WriteSilences(Utf8JsonWriter writer, NodeCore core)
    {
        var now = core.Engine.Clock;
        writer.WriteStartObject("silences"u8);
        writer.WriteNumber("silenced"u8, core.Silences.Silenced);
        writer.WriteStartArray("active"u8);
        foreach (var silence in core.Silences.All.Where(s => s.Until > now))
        {
            writer.WriteStringValue($"{silence.Id} until {silence.Until}");
        }

        foreach (var window in core.Silences.Windows.Where(w => w.IsOpen(now)))
        {
            writer.WriteStringValue($"maintenance {window.Name}");
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static void WriteReload(Utf8JsonWriter writer, NodeCore core)
    {
        if (core.LastReload is { } reload)
        {
            writer.WritePropertyName("reload"u8);
            Write(writer, reload);
        }
    }

    public static void Write(Utf8JsonWriter writer, RuleReload reload)
    {
        writer.WriteStartObject();
        ValueJson.Write(writer, "at"u8, reload.At);
        writer.WriteBoolean("applied"u8, reload.Problems.Count == 0);
        Write(writer, "kept"u8, reload.Kept);
        Write(writer, "started"u8, reload.Started);
        Write(writer, "removed"u8, reload.Removed);
        writer.WriteStartArray("problems"u8);
        foreach (var problem in reload.Problems)
        {
            writer.WriteStringValue(problem);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(
        Utf8JsonWriter writer,
        ReadOnlySpan<byte> name,
        IReadOnlyList<Mesh.Rules.RuleChange> changes
    )
    {
        writer.WriteStartObject(name);
        foreach (var change in changes)
        {
            writer.WriteString(change.Rule, change.Reason);
        }

        writer.WriteEndObject();
    }
}
