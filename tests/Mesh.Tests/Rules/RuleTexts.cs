using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Yaml;

namespace Mesh.Tests.Rules;

/// <summary>Short ways to compile rules and to name readings in tests.</summary>
internal static class RuleTexts
{
    public static readonly Timestamp Start = Timestamp.Parse("2026-03-01T08:00:00Z");

    /// <summary>Compiles rules that must be right.</summary>
    public static IReadOnlyList<CompiledRule> Compile(string rules)
    {
        var diagnostics = new Diagnostics();
        var text = rules.StartsWith("version", StringComparison.Ordinal) ? rules : "version: 1\nrules:\n" + rules;
        var compiled = RuleCompiler.CompileAll([("t.rules.yaml", text)], diagnostics);
        return diagnostics.HasErrors
            ? throw new InvalidOperationException($"{string.Join('\n', diagnostics.Items)}\n{text}")
            : compiled;
    }

    /// <summary>Everything the compiler says about a file.</summary>
    public static IReadOnlyList<string> Check(string text)
    {
        var diagnostics = new Diagnostics();
        RuleCompiler.CompileAll([("f.yaml", text)], diagnostics);
        return [.. diagnostics.Items.Select(d => d.ToString())];
    }

    public static Reading Reading(
        string device,
        string sensor,
        Value value,
        double at,
        long seq,
        string? room = null,
        double? received = null
    ) =>
        new()
        {
            Device = device,
            Sensor = sensor,
            Value = value,
            At = Start + TimeSpan.FromSeconds(at),
            Received = received is { } r ? Start + TimeSpan.FromSeconds(r) : null,
            Seq = seq,
            Boot = 1,
            Labels = room is null ? Labels.Empty : new Labels([new("room", room)]),
        };

    /// <summary>
    /// An output as one line: <c>241s fire r1 since 101s p=3</c>; <c>said 12s</c> where the clock was another, then what
    /// it does.
    /// </summary>
    public static string Line(RuleOutput output)
    {
        var parts = new List<string>();
        if (output.Event is Detection d)
        {
            parts.Add($"{Seconds(d.At)} {EventJson.KindName(d.Kind)} {Key(d.Key)}");
            parts.Add(d.Kind == DetectionKind.Fire && d.Since is { } since ? $"since {Seconds(since)}" : "");
            parts.Add(d.Reason is null ? "" : $"({d.Reason})");
            parts.AddRange(d.Values.Select(v => $"{v.Key}={v.Value}"));
            parts.Add(d.Emitted == d.At ? "" : $"said {Seconds(d.Emitted)}");
        }
        else if (output.Event is Aggregate a)
        {
            parts.Add($"{Seconds(a.Start)}-{Seconds(a.End)} aggregate {Key(a.Key)} count={a.Count}");
            parts.AddRange(a.Values.Select(v => $"{v.Key}={v.Value}"));
            parts.Add(a.Emitted == a.End ? "" : $"said {Seconds(a.Emitted)}");
        }

        parts.AddRange(output.Actions.Select(Line));
        return string.Join(' ', parts.Where(p => p.Length > 0));
    }

    private static string Line(RuleAction action) =>
        action switch
        {
            CommandAction c =>
                $"-> command {c.Device} {c.Sensor}={c.Value} ({c.Value.Kind}) for {Durations.Format(c.Expires)}",
            PublishAction p => $"-> publish {p.Topic} {p.Payload}".TrimEnd(),
            NotifyAction n =>
                $"-> notify [{string.Join(',', n.To)}] {(n.Title is null ? "" : n.Title + ": ")}{n.Text} for {Durations.Format(n.Expires)}",
            WebhookAction w =>
                $"-> webhook {w.Url} {w.Body ?? "-"} [{string.Join(',', w.Headers.Select(h => $"{h.Key}: {h.Value}"))}] for {Durations.Format(w.Expires)}",
            PutAction p =>
                $"-> put {p.Space} {string.Join(' ', p.Fields.Select(f => $"{f.Key}={f.Value} ({f.Value.Kind})"))}",
            _ => action.ToString(),
        };

    private static string Key(IReadOnlyList<KeyPart> key) =>
        key.Count == 0 ? "-" : string.Join(',', key.Select(k => k.Value.ToString()));

    private static string Seconds(Timestamp at) => Durations.Format(at - Start);
}
