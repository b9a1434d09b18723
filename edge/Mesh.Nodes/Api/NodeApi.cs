using Mesh.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mesh.Nodes;

/// <summary>
/// The HTTP API that every node has:
/// <code>
/// GET  /health                                   is it running, and are its hops
/// GET  /metrics                                  what it counts, for Prometheus
/// GET  /v1/status                                journal, lanes, sources, rules, counters, hops
/// GET  /v1/devices                               who is where
/// GET  /v1/latest?device=&amp;sensor=                the newest value of every sensor
/// GET  /v1/detections?from=&amp;to=&amp;rule=&amp;kind=&amp;open=&amp;limit=&amp;after=
/// GET  /v1/aggregates?device=&amp;sensor=&amp;from=&amp;to=&amp;limit=&amp;after=
/// GET  /v1/tail?readings=true&amp;device=&amp;sensor=&amp;rule=   events as they come (server-sent events)
/// POST /v1/commands                              an order to a device
///      /v1/rules, /v1/journal                    see <see cref="RuleRoutes"/>
///      /v1/silences, /v1/deadletters, /v1/tuples see <see cref="ActionRoutes"/>
/// </code>
/// Lists answer <c>{"items":[…],"next":"…"}</c>; <c>after=</c> that text gives the next page, whatever was added
/// meanwhile. <c>fresh=true</c> (or <c>after_frame=N</c>) waits until the store shows all that was durable before.
/// Errors are problem details (<see cref="Problem"/>).
/// </summary>
public sealed class NodeApi : IDisposable
{
    private readonly Node _node;
    private readonly NodeFacts _facts;
    private readonly Tail _tail;
    private readonly RuleRoutes _rules;

    public NodeApi(Node node, NodeFacts facts)
    {
        _node = node;
        _facts = facts;
        _tail = new Tail(node);
        _rules = new RuleRoutes(node, facts);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", HealthAsync);
        routes.MapGet("/v1/status", StatusAsync);
        routes.MapGet("/metrics", new NodeMetrics(_node, _facts).WriteAsync);
        var events = new EventRoutes(_node);
        routes.MapGet("/v1/devices", events.DevicesAsync);
        routes.MapGet("/v1/latest", events.LatestAsync);
        routes.MapGet("/v1/detections", events.DetectionsAsync);
        routes.MapGet("/v1/aggregates", events.AggregatesAsync);
        routes.MapGet("/v1/tail", _tail.FollowAsync);
        _rules.Map(routes);
        new ActionRoutes(_node).Map(routes);
        routes.MapPost("/v1/commands", new CommandRoute(_node, _facts.Commands).OrderAsync);
    }

    public void Dispose()
    {
        _tail.Dispose();
        _rules.Dispose();
    }

    private Task HealthAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        var stopped = _node.Completion.IsCompleted;
        var hops = _facts.Hops.Concat(_facts.Sinks?.Invoke() ?? []);
        var trouble = hops.Where(h => !h.Connected && h.Trouble is not null).ToList();
        return JsonResponse.WriteAsync(
            context,
            stopped ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString(
                    "status"u8,
                    stopped ? "stopped"
                        : trouble.Count > 0 ? "degraded"
                        : "ok"
                );
                writer.WriteString("node"u8, _node.Settings.Node);
                writer.WriteString("tier"u8, StatusJson.Name(_node.Settings.Tier));
                writer.WriteString("version"u8, _facts.Version);
                writer.WriteStartArray("troubles"u8);
                foreach (var hop in trouble)
                {
                    writer.WriteStringValue($"{hop.Target}: {hop.Trouble}");
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }
        );
    }

    private Task StatusAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        return JsonResponse.WriteAsync(
            context,
            StatusCodes.Status200OK,
            writer => StatusJson.Write(writer, _node, _facts, Timestamp.From(_facts.Time.GetUtcNow()))
        );
    }
}
