using System.Text;
using System.Text.Json;
using Mesh.Contracts;
using Mesh.Rules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mesh.Nodes;

/// <summary>
/// What an author of rules asks a running node:
/// <code>
/// GET  /v1/rules                         every rule: hash, time, counters, open episodes, fault; the last change;
///                                        assemblies with rules in code: {"file","sha256"}
/// GET  /v1/rules/files                   the files that are active: {"items":[{"name","text"}]}
/// GET  /v1/rules/{id}/explain?key=room%3D101&amp;at=&amp;before=24h&amp;format=json|text&amp;node=
/// POST /v1/rules/reload                  looks at the files at once; answers what was kept, started and removed
/// GET  /v1/journal/readings?from=&amp;until=&amp;sensor=&amp;device=    JSON lines with `received`, at most a million
/// </code>
/// An explanation runs the active rules again over the readings the journal still holds, from <c>before</c> (default a
/// day) ahead of the instant; what a rule remembers from earlier than that is not in it. Nothing is executed.
/// With <c>node</c> a cloud asks that node, which answers when it next reports its state, and waits for it.
/// </summary>
internal sealed class RuleRoutes(Node node, NodeFacts facts) : IDisposable
{
    private const int MaxReadings = 1_000_000;

    private readonly NodeExplainer _explainer = new(node);

    public void Dispose() => _explainer.Dispose();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/rules", ListAsync);
        routes.MapGet("/v1/rules/files", FilesAsync);
        routes.MapGet("/v1/rules/{id}/explain", ExplainAsync);
        routes.MapPost("/v1/rules/reload", ReloadAsync);
        routes.MapGet("/v1/journal/readings", ReadingsAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        return JsonResponse.WriteAsync(
            context,
            StatusCodes.Status200OK,
            writer =>
                node.Look(core =>
                {
                    writer.WriteStartObject();
                    StatusJson.WriteRules(writer, core);
                    WriteAssemblies(writer, core);
                    ActionStatusJson.WriteReload(writer, core);
                    writer.WriteEndObject();
                    return true;
                })
        );
    }

    private static void WriteAssemblies(Utf8JsonWriter writer, NodeCore core)
    {
        writer.WriteStartArray("assemblies"u8);
        foreach (var entry in core.RuleTexts.Where(RuleAssembly.IsEntry))
        {
            writer.WriteStartObject();
            writer.WriteString("file"u8, entry.Name);
            writer.WriteString("sha256"u8, RuleAssembly.HashOf(entry));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private Task FilesAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        return JsonResponse.WriteListAsync(
            context,
            [.. node.Look(core => core.RuleTexts).Where(f => !RuleAssembly.IsEntry(f))],
            null,
            static (writer, file) =>
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, file.Name);
                writer.WriteString("text"u8, file.Text);
                writer.WriteEndObject();
            }
        );
    }

    private async Task ExplainAsync(HttpContext context)
    {
        var query = new RequestQuery(context.Request, ["key"], "at", "before", "format", "node");
        var text = query.Choice("format", "json", "text") == 1;
        var rule = (string)context.Request.RouteValues["id"]!;
        List<KeyValuePair<string, string>> key = [.. query.All("key").Select(Part)];
        var before = query.Duration("before") ?? NodeExplainer.Day;
        var other = query.Id("node");
        var question = new Question("", rule, key, query.Instant("at"), before, !text);
        var answer =
            other is null || other == node.Settings.Node
                ? await OwnAsync(question, context.RequestAborted).ConfigureAwait(false)
                : await OthersAsync(other, question, context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = text ? "text/plain; charset=utf-8" : "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await context
            .Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer), context.RequestAborted)
            .ConfigureAwait(false);
    }

    private async Task<string> OwnAsync(Question question, CancellationToken cancel)
    {
        var explanation = await _explainer
            .ExplainAsync(question.Rule, question.Key, question.At, question.Before, cancel)
            .ConfigureAwait(false);
        return question.Json ? ExplanationJson.Text(explanation) : ExplanationText.Of(explanation);
    }

    private async Task<string> OthersAsync(string other, Question question, CancellationToken cancel)
    {
        if (facts.Ask is not { } ask)
        {
            throw new ProblemException(
                Problem.NotFound($"{node.Settings.Node} asks no other node; ask {other} itself")
            );
        }

        return await ask(other, question, cancel).ConfigureAwait(false) switch
        {
            { Found: true } answer => answer.Text,
            { } answer => throw new ProblemException(Problem.NotFound($"{other}: {answer.Text}")),
            null => throw new ProblemException(
                new Problem(
                    StatusCodes.Status504GatewayTimeout,
                    "no-answer",
                    "The node did not answer",
                    $"{other} did not answer within {Question.Patience.TotalSeconds} s"
                )
            ),
        };
    }

    private static KeyValuePair<string, string> Part(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new(text[..equals], text[(equals + 1)..])
            : throw RequestQuery.Wrong(
                "key",
                $"'key' is '{RequestQuery.Shorten(text)}'; a name and a value such as room=101 are expected"
            );
    }

    private async Task ReloadAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        JsonBody.Require(context.Request);
        if (facts.Rules is not { } watch)
        {
            throw new ProblemException(
                Problem.NotFound("this node has no rule files; 'rules' in its configuration names them")
            );
        }

        await watch.LookAsync(context.RequestAborted).ConfigureAwait(false);
        await JsonResponse
            .WriteAsync(
                context,
                StatusCodes.Status200OK,
                writer =>
                    node.Look(core =>
                    {
                        ActionStatusJson.Write(writer, core.LastReload ?? RuleReload.None);
                        return true;
                    })
            )
            .ConfigureAwait(false);
    }

    private async Task ReadingsAsync(HttpContext context)
    {
        var query = new RequestQuery(context.Request, ["sensor", "device"], "from", "until");
        var (sensors, devices) = (query.All("sensor"), query.All("device"));
        var (from, until) = (query.Instant("from"), query.Instant("until"));
        context.Response.ContentType = "application/jsonl";
        context.Response.Headers.CacheControl = "no-store";
        var output = context.Response.BodyWriter;
        var count = 0;
        using var writer = new Utf8JsonWriter(output);
        var slice = JournalSlice.Read(node.Journal, from ?? Timestamp.MinValue, until ?? Timestamp.MaxValue);
        foreach (var reading in slice)
        {
            if (
                (sensors.Count > 0 && !sensors.Contains(reading.Sensor, StringComparer.Ordinal))
                || (devices.Count > 0 && !devices.Contains(reading.Device, StringComparer.Ordinal))
            )
            {
                continue;
            }

            if (count++ == MaxReadings)
            {
                break;
            }

            ReadingJson.Write(writer, reading);
            writer.Flush();
            writer.Reset();
            output.GetSpan(1)[0] = (byte)'\n';
            output.Advance(1);
            if (count % 256 == 0)
            {
                await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }

        await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
