using System.Text;
using Mesh.Contracts;
using Microsoft.AspNetCore.Http;

namespace Mesh.Nodes;

/// <summary><c>GET /metrics</c>: what a node counts, for Prometheus. The page <c>metrics.md</c> beside this says what each means.</summary>
public sealed class NodeMetrics(Node node, NodeFacts facts)
{
    public Task WriteAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Text())).AsTask();
    }

    internal string Text()
    {
        var text = new MetricsText();
        text.Gauge("mesh_info", "1, with what the node is.")
            .Sample(
                "mesh_info",
                1,
                ("node", node.Settings.Node),
                ("tier", StatusJson.Name(node.Settings.Tier)),
                ("site", node.Settings.Site),
                ("version", facts.Version)
            );
        WriteJournal(text);
        node.Look(core =>
        {
            WriteCounters(text, core);
            WriteLanes(text, core);
            WriteLosses(text, core.Losses);
            WriteRules(text, core);
            return true;
        });
        WriteHops(text, "mesh_hop", "connection to the tier above", facts.Hops);
        WriteHops(text, "mesh_sink", "sink of actions", facts.Sinks?.Invoke() ?? []);
        if (facts.Clients is { } clients)
        {
            One(
                text.Gauge("mesh_broker_clients", "Clients connected to the broker."),
                "mesh_broker_clients",
                clients()
            );
        }

        if (facts.Rejected is { } rejected)
        {
            const string Name = "mesh_messages_rejected_total";
            One(text.Counter(Name, "Messages that were not understood, since the start."), Name, rejected());
        }

        return text.ToString();
    }

    private void WriteJournal(MetricsText text)
    {
        var journal = node.Journal;
        Gauge(text, "mesh_journal_bytes", "Bytes of the journal.", journal.Bytes);
        Gauge(text, "mesh_journal_segments", "Segments of the journal.", journal.Segments.Count);
        Gauge(text, "mesh_journal_last_frame", "Number of the last durable frame.", journal.LastFrame);
        Gauge(text, "mesh_store_applied_frame", "Number of the last frame the store shows.", node.Store.AppliedFrame);
        var stopped = node.Completion.IsCompleted ? 0 : 1;
        Gauge(text, "mesh_up", "1 while the node accepts anything.", stopped);
        Gauge(
            text,
            "mesh_journal_has_room",
            "0 while the disk is full and readings are refused.",
            journal.HasReserve ? 1 : 0
        );
    }

    private static void WriteCounters(MetricsText text, NodeCore core)
    {
        var counters = core.Counters;
        Counter(text, "mesh_readings_total", "Readings that arrived, duplicates included.", counters.Readings);
        Counter(text, "mesh_readings_duplicate_total", "Readings whose identity was known.", counters.Duplicates);
        Counter(text, "mesh_items_resent_total", "Items that were held already.", counters.Resent);
        Counter(
            text,
            "mesh_ranges_gap_total",
            "Ranges refused because something before them is missing.",
            counters.Gaps
        );
        Counter(text, "mesh_detections_total", "Detections of this node's rules.", counters.Detections);
        Counter(text, "mesh_commands_total", "Commands ordered.", counters.Commands);
        Counter(text, "mesh_actions_bad_total", "Actions filled in with a name nobody can have.", counters.BadActions);
        Counter(text, "mesh_starts_total", "Starts of the process on this journal.", counters.Starts);
        Counter(text, "mesh_deadletters_total", "Actions that were given up.", core.DeadLetters.Came);
        Gauge(
            text,
            "mesh_deadletters",
            "Actions that were given up and wait for somebody.",
            core.DeadLetters.All.Count
        );
        Gauge(text, "mesh_commands_pending", "Commands whose agent has not answered.", core.Commands.All.Count);
    }

    private void WriteLanes(MetricsText text, NodeCore core)
    {
        Lane(
            text.Counter("mesh_lane_items_total", "Items a lane has had."),
            "mesh_lane_items_total",
            l => core.NextItem(l) - 1
        );
        Lane(
            text.Gauge("mesh_lane_backlog_items", "Items the tier above does not hold yet."),
            "mesh_lane_backlog_items",
            l => core.Backlog(l)
        );
        Lane(
            text.Gauge("mesh_lane_backlog_bytes", "Bytes of journal from the oldest undelivered item's segment on."),
            "mesh_lane_backlog_bytes",
            lane => core.Backlog(lane) == 0 ? 0 : LaneReader.BytesFrom(node.Journal, lane, core.DeliveredUpTo(lane) + 1)
        );
        Lane(
            text.Gauge("mesh_lane_oldest_seconds", "How long the oldest undelivered item waits."),
            "mesh_lane_oldest_seconds",
            lane => core.OldestUndelivered(lane) is { } since ? Math.Max(0, (core.Now - since).TotalSeconds) : 0
        );
    }

    private static void WriteLosses(MetricsText text, Losses losses)
    {
        text.Counter("mesh_items_lost_total", "Items of this node that the tier above will never hold.");
        Each("mesh_items_lost_total", losses.Here.Where(l => SkipReasons.IsLoss(l.Reason)));
        text.Counter("mesh_items_elsewhere_total", "Items that another receiver holds.");
        Each("mesh_items_elsewhere_total", losses.Here.Where(l => !SkipReasons.IsLoss(l.Reason)));
        text.Counter("mesh_items_lost_below_total", "Items that senders declared skipped.");
        Each("mesh_items_lost_below_total", losses.Below);
        text.Counter("mesh_rule_lost_total", "Outputs of a rule that the tier above will never hold.");
        foreach (var (rule, items) in losses.Rules)
        {
            text.Sample("mesh_rule_lost_total", items, ("rule", rule));
        }

        void Each(string name, IEnumerable<(Lane Lane, string Reason, long Items)> counts)
        {
            foreach (var (lane, reason, items) in counts)
            {
                text.Sample(name, items, ("lane", Lanes.Name(lane)), ("reason", reason));
            }
        }
    }

    private static void WriteRules(MetricsText text, NodeCore core)
    {
        var rules = core.Engine.Status;
        Rule(
            text.Counter("mesh_rule_seen_total", "Readings a rule has looked at."),
            "mesh_rule_seen_total",
            r => r.Seen
        );
        Rule(
            text.Counter("mesh_rule_outputs_total", "What a rule has said."),
            "mesh_rule_outputs_total",
            r => r.Outputs
        );
        Rule(
            text.Counter("mesh_rule_late_total", "Readings that came too late for a rule."),
            "mesh_rule_late_total",
            r => r.Late
        );
        Rule(text.Gauge("mesh_rule_keys", "Keys a rule remembers."), "mesh_rule_keys", r => r.Keys);
        Rule(
            text.Gauge("mesh_rule_faulted", "1 when a rule has stopped by a fault."),
            "mesh_rule_faulted",
            r => r.Fault is null ? 0 : 1
        );

        void Rule(MetricsText into, string name, Func<Rules.RuleStatus, double> value)
        {
            foreach (var rule in rules)
            {
                into.Sample(name, value(rule), ("rule", rule.Rule));
            }
        }
    }

    private static void WriteHops(MetricsText text, string name, string what, IReadOnlyCollection<HopStatus> hops)
    {
        text.Gauge($"{name}_connected", $"1 while the {what} works.");
        Each($"{name}_connected", h => h.Connected ? 1 : 0);
        text.Counter($"{name}_sent_total", $"Items sent by the {what}, repetitions included.");
        Each($"{name}_sent_total", h => h.Sent);
        text.Counter($"{name}_attempts_total", $"Connections or requests tried by the {what}.");
        Each($"{name}_attempts_total", h => h.Attempts);

        void Each(string sample, Func<HopStatus, double> value)
        {
            foreach (var hop in hops)
            {
                text.Sample(sample, value(hop), ("target", hop.Target));
            }
        }
    }

    private static void Lane(MetricsText text, string name, Func<Contracts.Lane, double> value)
    {
        foreach (var lane in Lanes.All)
        {
            text.Sample(name, value(lane), ("lane", Lanes.Name(lane)));
        }
    }

    private static void Gauge(MetricsText text, string name, string help, double value) =>
        One(text.Gauge(name, help), name, value);

    private static void Counter(MetricsText text, string name, string help, double value) =>
        One(text.Counter(name, help), name, value);

    private static void One(MetricsText text, string name, double value) => text.Sample(name, value);
}
