using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Testing;

/// <summary>
/// Reads the <c>tests:</c> of a rule file, or a <c>*.cases.yaml</c> file with tests and the rules they are for. What is
/// wrong is collected, all of it; a test with an error is left out.
/// </summary>
/// <param name="Rules">The rules of the file.</param>
/// <param name="Tests">In the order written.</param>
public sealed record RuleTestFile(IReadOnlyList<CompiledRule> Rules, IReadOnlyList<RuleTest> Tests)
{
    /// <summary>Reads a file.</summary>
    /// <param name="file">Its name, for messages; paths in it are relative to its folder.</param>
    /// <param name="text">Its text.</param>
    /// <param name="open">The text of another file by path, null when there is none.</param>
    /// <param name="diagnostics">Receives everything that is wrong.</param>
    public static RuleTestFile Parse(string file, string text, Func<string, string?> open, Diagnostics diagnostics)
    {
        var before = diagnostics.Errors;
        var root = YamlTree.Parse(file, text, diagnostics);
        if (root is null)
        {
            if (diagnostics.Errors == before)
            {
                diagnostics.Error(file, default, "the file is empty; 'rules:' and 'tests:' are expected");
            }

            return new RuleTestFile([], []);
        }

        var fields = new YamlFields(root, "a test file", diagnostics);
        if (fields.Integer("version") is { } version and not 1)
        {
            diagnostics.Error(fields.Get("version")!, $"'version' is {version}; 1 is expected");
        }

        var rules = TestRules.Read(file, fields.Get("rules"), open, diagnostics);
        var broken = diagnostics.Errors > before;
        var tests = new List<RuleTest>();
        foreach (var item in fields.Get("tests") is null ? [] : Items(fields, diagnostics))
        {
            // Without its rule a test would be wrong in the same way.
            if ((!broken || rules.Have(item)) && new TestReader(item, rules, diagnostics).Read() is { } test)
            {
                tests.Add(test);
            }
        }

        fields.Close();
        return new RuleTestFile(rules.Rules, tests);
    }

    private static IReadOnlyList<YamlNode> Items(YamlFields fields, Diagnostics diagnostics)
    {
        if (fields.Get("tests") is YamlSequence list)
        {
            return list.Items;
        }

        var found = fields.Get("tests")!;
        diagnostics.Error(found, $"'tests' is {found.Description}; a list of tests is expected");
        return [];
    }
}

/// <summary>Reads one test.</summary>
internal sealed class TestReader(YamlNode node, TestRules fileRules, Diagnostics diagnostics)
{
    private readonly YamlFields _fields = new(node, "a test", diagnostics);

    /// <summary>Null when the test has an error.</summary>
    public RuleTest? Read()
    {
        if (!_fields.IsMapping)
        {
            return null;
        }

        var before = diagnostics.Errors;
        var name = _fields.RequiredText("name");
        var source = _fields.Text("source");
        _fields.Text("description");
        var rules = _fields.Get("rules") is { } own ? fileRules.Own(own) : fileRules;
        var tested = _fields.Get("rule") is null ? [.. rules.Rules.Select(r => r.Id)] : rules.Ids(_fields.List("rule"));
        if (rules.Rules.Count == 0 && diagnostics.Errors == before)
        {
            diagnostics.Error(node, "a test has no 'rules', and its file has none either");
        }

        var clock = _fields.Choice("clock", "live", "recorded") == 1 ? ClockKind.Recorded : ClockKind.Live;
        var recording = Recording(rules);
        var start = _fields.Instant("start") ?? Earliest(recording) ?? RuleTest.DefaultStart;
        var times = new TestTimes(start, diagnostics);
        var feed = new FeedReader(times, diagnostics).Read(_fields.List("feed"));
        feed.AddRange(recording.Select(r => new FedReading(r, r.ReceivedOrAt, FeedReader.DefaultVia)));
        var events = new TestEventReader(times, rules, clock, diagnostics).Read(_fields.List("events"));
        _fields.Required("expect");
        var expected = new ExpectReader(times, tested, diagnostics).Read(_fields.List("expect"));
        var until = times.Optional(_fields, "until");
        _fields.Close();
        return diagnostics.Errors > before
            ? null
            : new RuleTest(node)
            {
                Name = name!,
                Source = source,
                Rules = TestRules.Needed(rules.Rules, tested),
                Tested = tested,
                Start = start,
                Until = until ?? End(start, feed, events, expected),
                Clock = clock,
                Feed = feed,
                Events = events,
                Expected = expected,
            };
    }

    private List<Reading> Recording(TestRules rules) =>
        _fields.Scalar("readings") is { } path && rules.Open(path) is { } text
            ? FeedReader.Recording(path, text, diagnostics)
            : [];

    private static Timestamp? Earliest(List<Reading> readings) =>
        readings.Count == 0 ? null : readings.Min(r => r.ReceivedOrAt);

    private static Timestamp End(
        Timestamp start,
        List<FedReading> feed,
        List<TestEvent> events,
        List<ExpectedOutput> expected
    ) =>
        feed.Select(f => f.Arrival)
            .Concat(events.Select(e => e.End))
            .Concat(expected.Select(e => e.At))
            .Append(start)
            .Max();
}
