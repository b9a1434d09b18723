using System.Text.Json;
using Mesh.Contracts;
using Mesh.Rules.Yaml;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mesh.Nodes;

/// <summary>
/// What leaves the node, and what shall not:
/// <code>
/// GET    /v1/silences                    by hand and by plan
/// POST   /v1/silences                    {"rule":"door-*","key":{"room":"101"},"for":"2h","reason":"painting"} → 201
/// DELETE /v1/silences/{id}
/// GET    /v1/deadletters                 oldest first; then messages that came in and were not understood
/// POST   /v1/deadletters/{id}/retry      tries it again, with the same id
/// DELETE /v1/deadletters/{id}
/// GET    /v1/tuples?space=               what rules have put
/// </code>
/// </summary>
internal sealed class ActionRoutes(Node node)
{
    private const int MaxBytes = 16 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/silences", SilencesAsync);
        routes.MapPost("/v1/silences", SilenceAsync);
        routes.MapDelete("/v1/silences/{id}", UnsilenceAsync);
        routes.MapGet("/v1/deadletters", LettersAsync);
        routes.MapPost("/v1/deadletters/{id}/retry", context => TakeAsync(context, retry: true));
        routes.MapDelete("/v1/deadletters/{id}", context => TakeAsync(context, retry: false));
        routes.MapGet("/v1/tuples", TuplesAsync);
    }

    private Task SilencesAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        var (now, silences, windows) = node.Look(core =>
            (core.Engine.Clock, core.Silences.All.ToList(), core.Silences.Windows)
        );
        return JsonResponse.WriteAsync(
            context,
            StatusCodes.Status200OK,
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteStartArray("items"u8);
                foreach (var silence in silences.Where(s => s.Until > now))
                {
                    Write(writer, silence);
                }

                writer.WriteEndArray();
                writer.WriteStartArray("maintenance"u8);
                foreach (var window in windows)
                {
                    writer.WriteStartObject();
                    writer.WriteString("name"u8, window.Name);
                    writer.WriteBoolean("open"u8, window.IsOpen(now));
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }
        );
    }

    private async Task SilenceAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        JsonBody.Require(context.Request);
        using var body = await RequestBody.ReadAsync(context.Request, MaxBytes).ConfigureAwait(false);
        var (silence, span) = Read(body.Span);
        var rules = node.Look(core => core.Engine.Status.Select(r => r.Rule).ToList());
        if (silence.Rule.Length > 0 && !rules.Exists(r => Scope.Covers(silence.Rule, r)))
        {
            throw new ProblemException(
                Problem.NotFound($"no rule '{silence.Rule}' runs here{Nearest.Suggestion(silence.Rule, rules)}")
            );
        }

        await node.AcceptAsync(new SilenceAdded(silence, span), context.RequestAborted).ConfigureAwait(false);
        var added = node.Look(core => core.Silences.All.FirstOrDefault(s => s.Id == silence.Id)) ?? silence;
        await JsonResponse
            .WriteAsync(context, StatusCodes.Status201Created, writer => Write(writer, added))
            .ConfigureAwait(false);
    }

    private static (Silence Silence, TimeSpan For) Read(ReadOnlySpan<byte> utf8)
    {
        var (rule, reason, span, key) = ("", "", TimeSpan.Zero, new List<KeyValuePair<string, string>>());
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Limits.JsonDepth });
            Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "an object is expected");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (name == "key")
                {
                    Expect(
                        reader.TokenType == JsonTokenType.StartObject,
                        "key: an object of names and texts is expected"
                    );
                    while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                    {
                        var part = reader.GetString()!;
                        reader.Read();
                        key.Add(new(part, Text(ref reader, part)));
                    }

                    continue;
                }

                var text = Text(ref reader, name);
                switch (name)
                {
                    case "rule":
                        rule = text;
                        break;
                    case "reason":
                        reason = text;
                        break;
                    case "for":
                        Expect(
                            Durations.TryParse(text, out span),
                            $"for: found '{text}', expected a duration such as 2h"
                        );
                        break;
                    default:
                        Expect(
                            false,
                            $"there is no '{RequestQuery.Shorten(name)}' here; known are rule, key, for, reason"
                        );
                        break;
                }
            }
        }
        catch (JsonException e)
        {
            throw new ProblemException(Problem.BadBody($"it is not JSON: {e.Message}"));
        }

        Expect(span > TimeSpan.Zero && span <= Silence.Longest, "for: how long is expected, at most 366d");
        return (new Silence($"s-{Guid.NewGuid():N}"[..10], rule, key, reason, default, default), span);
    }

    private static string Text(ref Utf8JsonReader reader, string name)
    {
        Expect(reader.TokenType == JsonTokenType.String, $"{name}: a text is expected");
        var text = reader.GetString()!;
        Expect(text.Length <= Limits.TextLength, $"{name}: at most {Limits.TextLength} characters are expected");
        return text;
    }

    private static void Expect(bool fine, string otherwise)
    {
        if (!fine)
        {
            throw new ProblemException(Problem.BadBody(otherwise));
        }
    }

    private async Task UnsilenceAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        var id = (string)context.Request.RouteValues["id"]!;
        var known = node.Look(core => core.Silences.All.Select(s => s.Id).ToList());
        Know(id, known, "silence");
        await node.AcceptAsync(new SilenceRemoved(id), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private Task LettersAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        return JsonResponse.WriteListAsync(
            context,
            node.Look(core => core.DeadLetters.All.Concat(core.SetAside.All).ToList()),
            null,
            static (writer, letter) =>
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, letter.Id);
                writer.WriteString("sink"u8, letter.Sink);
                ValueJson.Write(writer, "at"u8, letter.At);
                writer.WriteString("reason"u8, letter.Reason);
                if (letter.Action is { } action)
                {
                    writer.WriteString("rule"u8, action.Rule);
                    writer.WriteString("target"u8, action.Target);
                    writer.WriteString("payload"u8, RequestQuery.Shorten(action.Payload));
                }
                else if (letter.Command is { } command)
                {
                    writer.WriteString("target"u8, $"{command.Device} {command.Sensor}");
                    writer.WriteString("payload"u8, command.Value.ToString());
                }

                writer.WriteEndObject();
            }
        );
    }

    private async Task TakeAsync(HttpContext context, bool retry)
    {
        _ = new RequestQuery(context.Request);
        if (retry)
        {
            JsonBody.Require(context.Request);
        }

        var id = (string)context.Request.RouteValues["id"]!;
        var (known, received) = node.Look(core =>
            (
                core.DeadLetters.All.Concat(core.SetAside.All).Select(l => l.Id).ToList(),
                core.SetAside.All.Any(l => l.Id == id)
            )
        );
        Know(id, known, "dead letter");
        if (received && retry)
        {
            throw new ProblemException(
                Problem.Conflict($"'{id}' came in and was not understood; it can be dropped, not tried again")
            );
        }

        await node.AcceptAsync(new DeadLetterTaken(id, retry), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private Task TuplesAsync(HttpContext context)
    {
        var query = new RequestQuery(context.Request, "space");
        var space = query.Text("space");
        return JsonResponse.WriteListAsync(
            context,
            node.Look(core => core.Tuples.All.Where(t => space is null || t.Space == space).ToList()),
            null,
            static (writer, tuple) =>
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, tuple.Id);
                writer.WriteString("space"u8, tuple.Space);
                ValueJson.Write(writer, "at"u8, tuple.At);
                writer.WriteStartObject("fields"u8);
                foreach (var (name, value) in tuple.Fields)
                {
                    writer.WritePropertyName(name);
                    ValueJson.Write(writer, value);
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
            }
        );
    }

    private static void Write(Utf8JsonWriter writer, Silence silence)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, silence.Id);
        writer.WriteString("rule"u8, silence.Rule);
        writer.WriteStartObject("key"u8);
        foreach (var (name, value) in silence.Key)
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
        writer.WriteString("reason"u8, silence.Reason);
        ValueJson.Write(writer, "from"u8, silence.From);
        ValueJson.Write(writer, "until"u8, silence.Until);
        writer.WriteEndObject();
    }

    private static void Know(string id, IReadOnlyCollection<string> known, string what)
    {
        if (!known.Contains(id, StringComparer.Ordinal))
        {
            throw new ProblemException(Problem.NotFound($"there is no {what} '{RequestQuery.Shorten(id)}'"));
        }
    }
}
