using System.Globalization;
using System.Text.Json;
using Mesh.Contracts;
using Mesh.Rules;

namespace Mesh.Nodes;

/// <summary>How a node is doing, as <c>GET /v1/status</c> and <c>mesh status</c> have it.</summary>
internal static class StatusJson
{
    /// <summary>The newest of the items that the tier above refused.</summary>
    private const int RefusedShown = 20;

    public static string Name(Tier tier) =>
        tier switch
        {
            Tier.Edge => "edge",
            Tier.Fog => "fog",
            _ => "cloud",
        };

    public static void Write(Utf8JsonWriter writer, Node node, NodeFacts facts, Timestamp now)
    {
        writer.WriteStartObject();
        writer.WriteString("node"u8, node.Settings.Node);
        writer.WriteString("tier"u8, Name(node.Settings.Tier));
        writer.WriteString("site"u8, node.Settings.Site);
        writer.WriteString("version"u8, facts.Version);
        ValueJson.Write(writer, "wallClock"u8, now);
        WriteJournal(writer, node);

        // Under the node's lock only what is in memory is written, into memory: it must not wait for a slow reader.
        var sinks = facts.Sinks?.Invoke() ?? [];
        node.Look(core =>
        {
            WriteCore(writer, node, core);
            ActionStatusJson.Write(writer, core, sinks);
            return true;
        });
        WriteSources(writer, node);
        WriteHops(writer, facts);
        writer.WriteNumber("replayDifferences"u8, node.ReplayDifferences);
        writer.WriteEndObject();
    }

    private static void WriteJournal(Utf8JsonWriter writer, Node node)
    {
        var journal = node.Journal;
        writer.WriteStartObject("journal"u8);
        writer.WriteNumber("epoch"u8, node.Epoch);
        writer.WriteNumber("bytes"u8, journal.Bytes);
        writer.WriteNumber("firstFrame"u8, journal.FirstFrame);
        writer.WriteNumber("lastFrame"u8, journal.LastFrame);
        writer.WriteNumber("appliedFrame"u8, node.Store.AppliedFrame);
        writer.WriteBoolean("full"u8, node.IsFull);
        writer.WriteNumber("refused"u8, node.RefusedItems);
        writer.WriteEndObject();
    }

    private static void WriteCore(Utf8JsonWriter writer, Node node, NodeCore core)
    {
        writer.WriteStartObject("clock"u8);
        writer.WriteString("kind"u8, node.Settings.Clock == ClockKind.Live ? "live"u8 : "recorded"u8);
        ValueJson.Write(writer, "now"u8, core.Engine.Clock);
        writer.WriteEndObject();
        writer.WriteStartObject("lanes"u8);
        foreach (var lane in Lanes.All)
        {
            var (next, delivered) = (core.NextItem(lane), core.DeliveredUpTo(lane));
            writer.WriteStartObject(Lanes.Name(lane));
            writer.WriteNumber("next"u8, next);
            writer.WriteNumber("delivered"u8, delivered);
            writer.WriteNumber("backlog"u8, core.Backlog(lane));
            writer.WriteNumber("dropped"u8, core.Displaced.Dropped(lane));
            if (core.OldestUndelivered(lane) is { } since)
            {
                ValueJson.Write(writer, "waitingSince"u8, since);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        WriteRules(writer, core);
        WriteCounters(writer, core);
        WriteLosses(writer, core);
    }

    /// <summary>What the tier above will never hold, and why; absent where nothing is missing.</summary>
    private static void WriteLosses(Utf8JsonWriter writer, NodeCore core)
    {
        WriteLosses(writer, "losses", core.Losses.Here);
        WriteLosses(writer, "lossesBelow", core.Losses.Below);
        if (core.Losses.Rules.Count > 0)
        {
            writer.WriteStartObject("lossesByRule"u8);
            foreach (var (rule, items) in core.Losses.Rules)
            {
                writer.WriteNumber(rule, items);
            }

            writer.WriteEndObject();
        }

        if (core.Refused.All.Count > 0)
        {
            writer.WriteStartArray("refused"u8);
            foreach (var item in core.Refused.All.TakeLast(RefusedShown))
            {
                writer.WriteStartObject();
                writer.WriteString(
                    "name"u8,
                    string.Create(CultureInfo.InvariantCulture, $"{Lanes.Name(item.Lane)} {item.Number}")
                );
                writer.WriteString("reason"u8, item.Reason);
                writer.WriteString("item"u8, item.Json);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
    }

    private static void WriteLosses(
        Utf8JsonWriter writer,
        string name,
        IEnumerable<(Lane Lane, string Reason, long Items)> losses
    )
    {
        var lanes = losses.GroupBy(l => l.Lane).ToList();
        if (lanes.Count == 0)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach (var lane in lanes)
        {
            writer.WriteStartObject(Lanes.Name(lane.Key));
            foreach (var (_, reason, items) in lane)
            {
                writer.WriteNumber(reason, items);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>What the rules' clock knows of a source, and how far its lanes are held.</summary>
    private static void WriteSources(Utf8JsonWriter writer, Node node)
    {
        var clocks = node.Look(core => core.Engine.Sources).ToDictionary(s => s.Name, StringComparer.Ordinal);
        var rows = Rows(node).ToDictionary(s => s.Name, StringComparer.Ordinal);
        writer.WriteStartObject("sources"u8);
        foreach (var name in clocks.Keys.Union(rows.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            writer.WriteStartObject(name);
            if (clocks.TryGetValue(name, out var clock))
            {
                writer.WriteBoolean("alive"u8, clock.Alive);
                writer.WriteBoolean("ended"u8, clock.Ended);
                ValueJson.Write(writer, "clock"u8, clock.Clock);
            }

            if (rows.TryGetValue(name, out var row))
            {
                ValueJson.Write(writer, "seenAt"u8, row.SeenAt);
                WriteMarks(writer, row);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>A full or failing disk takes the store away first; then the rest of the status is wanted most.</summary>
    private static IReadOnlyList<SourceRow> Rows(Node node)
    {
        try
        {
            return node.Store.Sources();
        }
        catch (StoreUnavailableException)
        {
            return [];
        }
    }

    private static void WriteMarks(Utf8JsonWriter writer, SourceRow row)
    {
        writer.WriteStartObject("upTo"u8);
        foreach (var lane in row.Marks.GroupBy(m => m.Lane))
        {
            // The newest numbering is the one the source goes on with.
            writer.WriteNumber(Lanes.Name(lane.Key), lane.MaxBy(m => m.Epoch)!.UpTo);
        }

        writer.WriteEndObject();
    }

    public static void WriteRules(Utf8JsonWriter writer, NodeCore core)
    {
        writer.WriteStartObject("rules"u8);
        foreach (var rule in core.Engine.Status)
        {
            writer.WriteStartObject(rule.Rule);
            writer.WriteString("hash"u8, rule.Hash);
            ValueJson.Write(writer, "time"u8, rule.Time);
            writer.WriteNumber("seen"u8, rule.Seen);
            writer.WriteNumber("late"u8, rule.Late);
            writer.WriteNumber("unkeyed"u8, rule.Unkeyed);
            writer.WriteNumber("ignoredOlder"u8, rule.IgnoredOlder);
            writer.WriteNumber("outputs"u8, rule.Outputs);
            writer.WriteNumber("suppressed"u8, rule.Suppressed);
            writer.WriteNumber("keysPurged"u8, rule.KeysPurged);
            writer.WriteNumber("forced"u8, rule.Forced);
            writer.WriteNumber("windowDropped"u8, rule.WindowDropped);
            writer.WriteNumber("partialsDropped"u8, rule.PartialsDropped);
            writer.WriteNumber("keys"u8, rule.Keys);
            writer.WriteNumber("waiting"u8, rule.Waiting);
            writer.WriteNumber("open"u8, rule.Open);
            writer.WriteNumber("stale"u8, rule.Stale);
            writer.WriteBoolean("faulted"u8, rule.Fault is not null);
            if (rule.Fault is { } fault)
            {
                writer.WriteString("fault"u8, fault);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteCounters(Utf8JsonWriter writer, NodeCore core)
    {
        var counters = core.Counters;
        writer.WriteStartObject("counters"u8);
        writer.WriteNumber("readings"u8, counters.Readings);
        writer.WriteNumber("duplicates"u8, counters.Duplicates);
        writer.WriteNumber("resent"u8, counters.Resent);
        writer.WriteNumber("gaps"u8, counters.Gaps);
        writer.WriteNumber("skipped"u8, counters.Skipped);
        writer.WriteNumber("detections"u8, counters.Detections);
        writer.WriteNumber("commands"u8, counters.Commands);
        writer.WriteNumber("commandsPending"u8, core.Commands.All.Count);
        writer.WriteNumber("commandsExpired"u8, core.Commands.Expired);
        writer.WriteNumber("starts"u8, counters.Starts);
        writer.WriteEndObject();
    }

    private static void WriteHops(Utf8JsonWriter writer, NodeFacts facts)
    {
        writer.WriteStartArray("hops"u8);
        foreach (var hop in facts.Hops)
        {
            writer.WriteStartObject();
            writer.WriteString("target"u8, hop.Target);
            writer.WriteBoolean("connected"u8, hop.Connected);
            if (hop.Trouble is { } trouble)
            {
                writer.WriteString("trouble"u8, trouble);
            }

            writer.WriteNumber("sent"u8, hop.Sent);
            writer.WriteNumber("attempts"u8, hop.Attempts);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (facts.Clients is { } clients)
        {
            writer.WriteNumber("clients"u8, clients());
        }

        if (facts.Rejected is { } rejected)
        {
            writer.WriteNumber("rejected"u8, rejected());
        }
    }
}
