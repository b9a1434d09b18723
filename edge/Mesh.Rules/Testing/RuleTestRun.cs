using Mesh.Contracts;

namespace Mesh.Rules.Testing;

/// <summary>A line of a comparison: what was expected beside what was said; null on the side that has nothing.</summary>
public sealed record ComparedLine(string? Expected, string? Actual, bool Same)
{
    internal ExpectedOutput? Entry { get; init; }

    internal RuleOutput? Output { get; init; }
}

/// <summary>What came of a test.</summary>
/// <param name="Test">Which.</param>
/// <param name="Passed">Every output was expected, and every expected one came.</param>
/// <param name="Lines">Side by side, in the order of time.</param>
/// <param name="Faults">Rules that stopped, and why: such a test fails.</param>
public sealed record RuleTestResult(
    RuleTest Test,
    bool Passed,
    IReadOnlyList<ComparedLine> Lines,
    IReadOnlyList<string> Faults
)
{
    /// <summary>What rules said, in the order in which they said it.</summary>
    public IReadOnlyList<RuleOutput> Outputs { get; internal init; } = [];
}

/// <summary>Runs a test in virtual time, with the engine that nodes use.</summary>
public static class RuleTestRun
{
    /// <param name="test">The test.</param>
    /// <param name="coverage">Receives what the test reached.</param>
    public static RuleTestResult Run(RuleTest test, TestCoverage? coverage = null)
    {
        coverage?.Begin(test);
        var node = new TestedNode(test, coverage: coverage);
        Walk(node, static _ => false);
        var lines = OutputComparison.Compare(test, node.Outputs);
        var faults = node.Faults.ToList();
        var result = new RuleTestResult(test, faults.Count == 0 && lines.All(l => l.Same), lines, faults)
        {
            Outputs = node.Outputs,
        };
        coverage?.End(result);
        return result;
    }

    /// <summary>Walks along the line of time, to its end or until there is enough; asked before each moment.</summary>
    internal static void Walk(TestedNode node, Func<Timestamp, bool> enough)
    {
        var test = node.Test;
        node.AdvanceTo(test.Start);
        foreach (var moment in TestTimeline.Of(test))
        {
            if (enough(moment.At))
            {
                return;
            }

            node.AdvanceTo(moment.At);
            if (moment.Event is { } happens)
            {
                node.Do(happens);
            }
            else
            {
                node.Take(moment.Fed!, moment.At);
            }
        }

        if (!enough(test.Until + TimeSpan.FromMicroseconds(1)))
        {
            node.End(test.Until);
        }
    }
}

/// <summary>Lays expected and actual outputs side by side: the longest common run of lines is the same on both sides.</summary>
internal static class OutputComparison
{
    // Beyond so many pairs, lines are compared by their place only.
    private const int MaxPairs = 4_000_000;

    public static List<ComparedLine> Compare(RuleTest test, IReadOnlyList<RuleOutput> outputs)
    {
        var expected = test.Expected.OrderBy(e => e.At.Micros).ThenBy(e => e.Group, StringComparer.Ordinal).ToList();
        var actual = outputs
            .OrderBy(o => OutputText.At(o).Micros)
            .ThenBy(OutputText.Group, StringComparer.Ordinal)
            .ToList();
        var named = test.Tested.Count > 1;
        var lines = new List<ComparedLine>();
        foreach (var (left, right) in Pairs(expected, actual, test.Start))
        {
            var e = left < 0 ? null : expected[left];
            RuleOutput? o = right < 0 ? null : actual[right];
            var same = e is not null && o is { } said && e.Matches(said, test.Start);
            var text = e?.Text(test.Start, named);
            lines.Add(
                new ComparedLine(
                    text,
                    same ? text
                        : o is { } other ? Line(other, e, test.Start, named)
                        : null,
                    same
                )
                {
                    Entry = e,
                    Output = o,
                }
            );
        }

        return lines;
    }

    // Actions are shown where the test names them.
    private static string Line(RuleOutput output, ExpectedOutput? beside, Timestamp start, bool named)
    {
        var actions = beside?.Actions is null ? [] : output.Actions.Select(OutputText.Action);
        return string.Join(' ', actions.Prepend(OutputText.Line(output, start, named)));
    }

    // Index pairs in order; -1 on the side that has nothing. A difference is shown in one line where both sides have one.
    private static IEnumerable<(int Left, int Right)> Pairs(
        List<ExpectedOutput> expected,
        List<RuleOutput> actual,
        Timestamp start
    )
    {
        var (i, j) = (0, 0);
        foreach (var (left, right) in Common(expected, actual, start).Append((expected.Count, actual.Count)))
        {
            while (i < left || j < right)
            {
                yield return (i < left ? i++ : -1, j < right ? j++ : -1);
            }

            if (left < expected.Count || right < actual.Count)
            {
                yield return (i++, j++);
            }
        }
    }

    private static List<(int Left, int Right)> Common(
        List<ExpectedOutput> expected,
        List<RuleOutput> actual,
        Timestamp start
    )
    {
        var (n, m) = (expected.Count, actual.Count);
        var same = 0;
        while (same < n && same < m && expected[same].Matches(actual[same], start))
        {
            same++;
        }

        var common = Enumerable.Range(0, same).Select(i => (i, i)).ToList();
        if ((same == n && same == m) || (long)(n - same) * (m - same) > MaxPairs)
        {
            return common;
        }

        var longest = new int[n - same + 1, m - same + 1];
        for (var i = n - 1; i >= same; i--)
        {
            for (var j = m - 1; j >= same; j--)
            {
                longest[i - same, j - same] = expected[i].Matches(actual[j], start)
                    ? longest[i - same + 1, j - same + 1] + 1
                    : Math.Max(longest[i - same + 1, j - same], longest[i - same, j - same + 1]);
            }
        }

        for (var (i, j) = (same, same); i < n && j < m; )
        {
            if (expected[i].Matches(actual[j], start))
            {
                common.Add((i++, j++));
            }
            else if (longest[i - same + 1, j - same] >= longest[i - same, j - same + 1])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return common;
    }
}
