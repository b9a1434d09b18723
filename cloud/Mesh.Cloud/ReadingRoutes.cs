using Mesh.Contracts;
using Mesh.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mesh.Cloud;

/// <summary>
/// <c>GET /v1/readings?device=&amp;sensor=&amp;from=&amp;to=&amp;limit=&amp;after=</c>: the history of raw readings, oldest first, and
/// <c>GET /v1/counts</c>: sums over all that is kept.
/// </summary>
internal sealed class ReadingRoutes(Node node)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/readings", ListAsync);
        routes.MapGet("/v1/counts", CountAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var query = new RequestQuery(context.Request, "device", "sensor", "from", "to", "limit", "after");
        var (from, to) = query.Span();
        var limit = query.Limit();
        var asked = new ReadingQuery
        {
            From = from,
            To = to,
            Device = query.Id("device"),
            Sensor = query.Id("sensor"),
            Limit = limit + 1,
            After = Cursors.Reading(query),
        };
        await Freshness.WaitAsync(node, query, context.RequestAborted).ConfigureAwait(false);
        var readings = node.Store.Readings(asked);
        var more = readings.Count > limit;
        await JsonResponse
            .WriteListAsync(
                context,
                more ? [.. readings.Take(limit)] : readings,
                more ? Cursors.Write(readings[limit - 1]) : null,
                static (writer, reading) => ReadingJson.Write(writer, reading)
            )
            .ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext context)
    {
        var query = new RequestQuery(context.Request);
        await Freshness.WaitAsync(node, query, context.RequestAborted).ConfigureAwait(false);
        var counts = node.Store.Counts();
        await JsonResponse
            .WriteAsync(
                context,
                StatusCodes.Status200OK,
                writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteNumber("aggregatedReadings"u8, counts.AggregatedReadings);
                    writer.WriteNumber("aggregates"u8, counts.Aggregates);
                    writer.WriteNumber("readings"u8, counts.Readings);
                    writer.WriteStartArray("detections"u8);
                    foreach (var (rule, kind, count) in counts.Detections)
                    {
                        writer.WriteStartObject();
                        writer.WriteString("rule"u8, rule);
                        writer.WriteString("kind"u8, EventJson.KindName(kind));
                        writer.WriteNumber("count"u8, count);
                        writer.WriteEndObject();
                    }

                    writer.WriteEndArray();
                    writer.WriteEndObject();
                }
            )
            .ConfigureAwait(false);
    }
}
