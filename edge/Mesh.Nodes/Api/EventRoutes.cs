using System.Text.Json;
using Mesh.Contracts;
using Microsoft.AspNetCore.Http;

namespace Mesh.Nodes;

/// <summary>What the store can be asked: devices, latest values, detections, aggregates.</summary>
internal sealed class EventRoutes(Node node)
{
    private const int MaxPagesOfOneKind = 20;

    public async Task DevicesAsync(HttpContext context)
    {
        var query = new RequestQuery(context.Request, "limit", "after");
        var (limit, after) = (query.Limit(), query.Id("after"));
        await Freshness.WaitAsync(node, query, context.RequestAborted).ConfigureAwait(false);
        var heard = node.Store.Devices().ToDictionary(d => d.Device, StringComparer.Ordinal);
        var registry = node.Look(core => core.Registry);
        var page = Page(
            heard.Keys.Union(registry.Devices.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal),
            name => name,
            limit,
            after
        );
        await JsonResponse
            .WriteListAsync(context, page.Items, page.Next, (writer, name) => Write(writer, name, heard, registry))
            .ConfigureAwait(false);
    }

    public async Task LatestAsync(HttpContext context)
    {
        var query = new RequestQuery(context.Request, "device", "sensor", "limit", "after");
        var (device, sensor, limit) = (query.Id("device"), query.Id("sensor"), query.Limit());
        var after = query.Text("after");
        await Freshness.WaitAsync(node, query, context.RequestAborted).ConfigureAwait(false);
        var page = Page(node.Store.Latest(device, sensor), r => $"{r.Device}/{r.Sensor}", limit, after);
        await JsonResponse.WriteListAsync(context, page.Items, page.Next, WriteLatest).ConfigureAwait(false);
    }

    public async Task DetectionsAsync(HttpContext context)
    {
        var query = new RequestQuery(context.Request, "from", "to", "rule", "open", "kind", "limit", "after");
        var (from, to) = query.Span();
        var limit = query.Limit();
        var kind = (DetectionKind?)query.Choice("kind", "fire", "clear", "match", "timeout");
        var asked = new DetectionQuery
        {
            From = from,
            To = to,
            Rule = query.Id("rule"),
            Open = query.Boolean("open"),
            Limit = limit,
            Before = Cursors.Row(query),
        };
        await Freshness.WaitAsync(node, query, context.RequestAborted).ConfigureAwait(false);
        var (rows, next) = Detections(asked, kind);
        await JsonResponse
            .WriteListAsync(context, rows, next, static (writer, row) => EventJson.Write(writer, row.Detection))
            .ConfigureAwait(false);
    }

    public async Task AggregatesAsync(HttpContext context)
    {
        var query = new RequestQuery(context.Request, "device", "sensor", "rule", "from", "to", "limit", "after");
        var (from, to) = query.Span();
        var limit = query.Limit();
        var asked = new AggregateQuery
        {
            From = from,
            To = to,
            Device = query.Id("device"),
            Sensor = query.Id("sensor"),
            Rule = query.Id("rule"),
            Limit = limit + 1,
            After = Cursors.Row(query),
        };
        await Freshness.WaitAsync(node, query, context.RequestAborted).ConfigureAwait(false);
        var rows = node.Store.Aggregates(asked);
        var more = rows.Count > limit;
        await JsonResponse
            .WriteListAsync(
                context,
                more ? [.. rows.Take(limit)] : rows,
                more ? Cursors.Write(rows[limit - 1].Cursor) : null,
                static (writer, row) => EventJson.Write(writer, row.Aggregate)
            )
            .ConfigureAwait(false);
    }

    /// <summary>
    /// The store does not look for kinds, so its pages are sifted here; a request looks through a bounded number of
    /// pages, and its <c>next</c> goes on where it stopped.
    /// </summary>
    private (List<DetectionRow> Rows, string? Next) Detections(DetectionQuery query, DetectionKind? kind)
    {
        var found = new List<DetectionRow>();
        var size = kind is null ? query.Limit + 1 : RequestQuery.MaxLimit;
        for (var page = 0; page < MaxPagesOfOneKind; page++)
        {
            var rows = node.Store.Detections(query with { Limit = size });
            foreach (var row in rows)
            {
                if (kind is { } wanted && row.Detection.Kind != wanted)
                {
                    continue;
                }

                if (found.Count == query.Limit)
                {
                    return (found, Cursors.Write(found[^1].Cursor));
                }

                found.Add(row);
            }

            if (rows.Count < size)
            {
                return (found, null);
            }

            query = query with { Before = rows[^1].Cursor };
        }

        return (found, query.Before is { } reached ? Cursors.Write(reached) : null);
    }

    /// <summary>A page of a list in the order of its keys.</summary>
    private static (List<T> Items, string? Next) Page<T>(
        IEnumerable<T> all,
        Func<T, string> key,
        int limit,
        string? after
    )
    {
        var items = all.Select(item => (Key: key(item), Item: item))
            .OrderBy(e => e.Key, StringComparer.Ordinal)
            .SkipWhile(e => after is not null && string.CompareOrdinal(e.Key, after) <= 0)
            .Take(limit + 1)
            .ToList();
        var more = items.Count > limit;
        return ([.. items.Take(limit).Select(e => e.Item)], more ? items[limit - 1].Key : null);
    }

    private static void Write(
        Utf8JsonWriter writer,
        string device,
        Dictionary<string, DeviceRow> heard,
        Rules.Devices.DeviceRegistry registry
    )
    {
        var row = heard.GetValueOrDefault(device);
        writer.WriteStartObject();
        writer.WriteString("device"u8, device);
        writer.WriteBoolean("registered"u8, registry.Devices.ContainsKey(device));
        if (row is not null)
        {
            ValueJson.Write(writer, "lastAt"u8, row.LastAt);
        }

        writer.WriteStartArray("sensors"u8);
        var registered = registry.Devices.TryGetValue(device, out var entry) ? entry.Sensors.Keys : [];
        var sensors = registered.Union(row?.Latest.Select(r => r.Sensor) ?? [], StringComparer.Ordinal);
        foreach (var sensor in sensors.Order(StringComparer.Ordinal))
        {
            writer.WriteStringValue(sensor);
        }

        writer.WriteEndArray();
        ValueJson.Write(writer, (row?.Labels ?? Labels.Empty).With(registry.LabelsOf(device)));
        writer.WriteEndObject();
    }

    /// <summary>As a reading; a value that is known from a minute's aggregate only has no <c>boot</c> and <c>seq</c>.</summary>
    private static void WriteLatest(Utf8JsonWriter writer, Reading reading) => ReadingJson.Write(writer, reading);
}
