using System.Text.Json;
using Mesh.Contracts;
using Mesh.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mesh.Cloud;

/// <summary>
/// <c>GET /v1/nodes</c>: this cloud and every node that ever sent to it: how far the cloud holds each of its lanes, when
/// it was last heard, and what waits there.
/// </summary>
internal sealed class NodeRoutes(Node node, Senders senders, string version)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/nodes", ListAsync);

    private Task ListAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        var marks = node.Look(core => core.Marks.All.ToList()).ToLookup(m => m.Sender, StringComparer.Ordinal);
        var heard = senders.All.ToDictionary(s => s.Node, StringComparer.Ordinal);
        var seen = node.Store.Sources().ToDictionary(s => s.Name, s => s.SeenAt, StringComparer.Ordinal);
        var names = marks.Select(m => m.Key).Union(heard.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal);
        var now = senders.Now;
        return JsonResponse.WriteListAsync(
            context,
            [node.Settings.Node, .. names],
            null,
            (writer, name) =>
            {
                writer.WriteStartObject();
                writer.WriteString("node"u8, name);
                if (name == node.Settings.Node)
                {
                    WriteSelf(writer, now);
                }
                else
                {
                    WriteSender(
                        writer,
                        heard.GetValueOrDefault(name),
                        seen.TryGetValue(name, out var at) ? at : null,
                        now
                    );
                }

                WriteEpochs(writer, marks[name].ToLookup(m => m.Epoch, m => (m.Lane, m.UpTo)));
                writer.WriteEndObject();
            }
        );
    }

    private void WriteSelf(Utf8JsonWriter writer, Timestamp now)
    {
        writer.WriteString("tier"u8, "cloud");
        writer.WriteString("site"u8, node.Settings.Site);
        writer.WriteString("version"u8, version);
        writer.WriteString("health"u8, node.Completion.IsCompleted ? "stopped" : "ok");
        ValueJson.Write(writer, "heard"u8, now);
    }

    private static void WriteSender(Utf8JsonWriter writer, Sender? sender, Timestamp? seen, Timestamp now)
    {
        if (sender?.State is { } state)
        {
            writer.WriteString("tier"u8, state.Tier);
            writer.WriteString("site"u8, state.Site);
            writer.WriteString("version"u8, state.Version);
            writer.WriteNumber("sources"u8, state.Sources);
            writer.WriteNumber("readings"u8, state.Readings);
            writer.WriteStartObject("backlog"u8);
            foreach (var lane in Lanes.All)
            {
                writer.WriteNumber(Lanes.Name(lane), state.Backlog[(int)lane]);
            }

            writer.WriteEndObject();
            writer.WriteStartObject("lost"u8);
            foreach (var lane in Lanes.All)
            {
                writer.WriteNumber(Lanes.Name(lane), state.Lost[(int)lane]);
            }

            writer.WriteEndObject();
        }

        writer.WriteString("health"u8, Health(sender, now));
        if ((sender?.Heard ?? seen) is { } heard)
        {
            ValueJson.Write(writer, "heard"u8, heard);
        }

        if (sender is null)
        {
            return;
        }

        writer.WriteNumber("ranges"u8, sender.Ranges);
        writer.WriteNumber("items"u8, sender.Items);
        writer.WriteNumber("gaps"u8, sender.Gaps);
        writer.WriteNumber("rejected"u8, sender.Rejected);
    }

    /// <summary><c>ok</c>; <c>silent</c>: due and not heard; <c>unknown</c>: not heard since this cloud started.</summary>
    private static string Health(Sender? sender, Timestamp now)
    {
        if (sender?.Heard is not { } heard)
        {
            return "unknown";
        }

        var due = TimeSpan.FromSeconds(3 * (sender.State?.Every ?? 20));
        return now - heard <= due ? "ok" : "silent";
    }

    private static void WriteEpochs(Utf8JsonWriter writer, ILookup<long, (Lane Lane, long UpTo)> epochs)
    {
        writer.WriteStartArray("epochs"u8);
        foreach (var epoch in epochs.OrderBy(e => e.Key))
        {
            writer.WriteStartObject();
            writer.WriteNumber("epoch"u8, epoch.Key);
            writer.WriteStartObject("upTo"u8);
            foreach (var (lane, upTo) in epoch)
            {
                writer.WriteNumber(Lanes.Name(lane), upTo);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
