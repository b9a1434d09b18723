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
/// GET  /v1/rules/{id}/explain?key=room%3D101&amp;at=&amp;before=24h&amp;format=json|text
/// POST /v1/rules/reload                  looks at the files at once; answers what was kept, started and removed
/// GET  /v1/journal/readings?from=&amp;until=&amp;sensor=&amp;device=    JSON lines with `received`, at most a million
/// </code>
/// An explanation runs the active rules again over the readings the journal still holds, from <c>before</c> (default a
/// day) ahead of the instant; what a rule remembers from earlier than that is not in it. Nothing is executed.
/// </summary>
internal sealed class RuleRoutes(Node node, RulesWatch? watch) : IDisposable
{
    private const int MaxReadings = 1_000_000;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Explanations are worked out one at a time: each may read a day of the journal.</summary>
    private readonly SemaphoreSlim _one = new(1, 1);

    public void Dispose() => _one.Dispose();

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
        var query = new RequestQuery(context.Request, ["key"], "at", "before", "format");
        var text = query.Choice("format", "json", "text") == 1;
        var before = query.Duration("before") ?? Day;
        var id = (string)context.Request.RouteValues["id"]!;
        var (rules, clock, status) = node.Look(core =>
            (core.CompiledRules, core.Engine.Clock, core.Engine.Status.FirstOrDefault(s => s.Rule == id))
        );
        var options = new ExplainOptions
        {
            Rule = id,
            Key = [.. query.All("key").Select(Part)],
            At = query.Instant("at") ?? clock,
            Started = status?.Started,
        };
        var until = options.At.Value + TimeSpan.FromHours(1);
        await _one.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        try
        {
            var from = until - TimeSpan.FromHours(1) - before;
            var explanation = await Task.Run(
                    () => RuleExplainer.Explain(rules, JournalSlice.Read(node.Journal, from, until), options),
                    context.RequestAborted
                )
                .ConfigureAwait(false);
            await (text ? TextAsync(context, explanation) : AnswerAsync(context, explanation)).ConfigureAwait(false);
        }
        catch (ArgumentException e)
        {
            var sentence = e.Message.Split(" (Parameter", 2)[0];
            throw new ProblemException(
                rules.Any(r => r.Id == options.Rule)
                    ? Problem.BadParameter("key", sentence)
                    : Problem.NotFound(sentence)
            );
        }
        finally
        {
            _one.Release();
        }
    }

    private static Task AnswerAsync(HttpContext context, Explanation explanation) =>
        JsonResponse.WriteAsync(context, StatusCodes.Status200OK, writer => ExplanationJson.Write(writer, explanation));

    private static async Task TextAsync(HttpContext context, Explanation explanation)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await context
            .Response.Body.WriteAsync(Encoding.UTF8.GetBytes(ExplanationText.Of(explanation)), context.RequestAborted)
            .ConfigureAwait(false);
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
        if (watch is null)
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
