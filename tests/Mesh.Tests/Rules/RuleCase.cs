using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Yaml;
using Mesh.Tests.Law;

namespace Mesh.Tests.Rules;

/// <summary>
/// A pinned answer, as the files under <c>cases/</c> hold it. A line of the feed is
/// <c>10s r1 door=open</c>, <c>10s@12s r1/d2 door=open</c> (arrived at 12 s, from device d2), <c>mark 20s</c>, or
/// <c>10s r1 badge=true badge:b7</c> (a field). <c>-</c> stands for no room.
/// </summary>
internal sealed record RuleCase(
    string Name,
    IReadOnlyList<CompiledRule> Rules,
    IReadOnlyList<Reading> Feed,
    Timestamp? Until,
    IReadOnlyList<string> Expected
)
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "tests", "Mesh.Tests", "Rules", "cases");

    public static IEnumerable<string> Files =>
        Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f)!).Order();

    public static IReadOnlyList<RuleCase> Read(string file)
    {
        var diagnostics = new Diagnostics();
        var root = YamlTree.Parse(file, File.ReadAllText(Path.Combine(Folder, file)), diagnostics);
        var cases = ((YamlSequence)root!).Items.Select(item => ReadCase(item, diagnostics)).ToList();
        return diagnostics.HasErrors
            ? throw new InvalidOperationException(string.Join('\n', diagnostics.Items))
            : cases;
    }

    public IReadOnlyList<string> Run()
    {
        var lines = new List<string>();
        RuleRun.Run(Rules, Feed, new RuleRunOptions { Until = Until }, o => lines.Add(RuleTexts.Line(o)));
        return lines;
    }

    private static RuleCase ReadCase(YamlNode node, Diagnostics diagnostics)
    {
        var fields = new YamlFields(node, "a case", diagnostics);
        var result = new RuleCase(
            fields.RequiredText("name") ?? "",
            RuleTexts.Compile(fields.RequiredText("rules") ?? ""),
            ReadFeed(fields.RequiredText("feed") ?? ""),
            fields.Duration("until") is { } until ? RuleTexts.Start + until : null,
            Lines(fields.Text("expect") ?? "")
        );
        fields.Close();
        return result;
    }

    private static string[] Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static List<Reading> ReadFeed(string text)
    {
        var seqs = new Dictionary<string, long>();
        return [.. Lines(text).Where(l => !l.StartsWith('#')).Select(l => ReadLine(l, seqs))];
    }

    private static Reading ReadLine(string line, Dictionary<string, long> seqs)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var times = words[0].Split('@');
        var (at, received) = (Instant(times[0]), times.Length > 1 ? Instant(times[1]) : (Timestamp?)null);
        var place = words[1].Split('/');
        var assignment = words[2].Split('=', 2);
        var sensor = assignment[0];
        var device =
            place.Length > 1 ? place[1]
            : place[0] == "-" ? sensor
            : $"{sensor}-{place[0]}";
        var bad = words.Contains("bad");
        seqs[device] = seqs.GetValueOrDefault(device) + 1;
        return new Reading
        {
            Device = device,
            Sensor = sensor,
            Value = CoreSchema.Resolve(assignment[1]),
            At = at,
            Received = received,
            Boot = 1,
            Seq = seqs[device],
            Quality = bad ? Quality.Bad : Quality.Good,
            Labels = place[0] == "-" ? Labels.Empty : new Labels([new("room", place[0])]),
            Fields = new Fields(
                words
                    .Skip(3)
                    .Where(w => w.Contains(':'))
                    .Select(w => w.Split(':'))
                    .Select(p => KeyValuePair.Create(p[0], CoreSchema.Resolve(p[1])))
            ),
        };
    }

    private static Timestamp Instant(string text) =>
        Durations.TryParse(text, out var offset)
            ? RuleTexts.Start + offset
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{text}' is no duration"));
}
